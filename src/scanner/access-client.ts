/** Who an access line says has asked. */
import { valueEnd, valueFrom } from './access-format';
import { CLIENT, place } from './access-values';
import { NAMED } from './layout';
import { addressEnd, ipv4 } from './numbers';

/** The client found last: as a number, `NAMED`, or -1 when lines tell none; and where it stands. */
export let client: f64 = -1;
export let name: usize = 0;
export let nameEnd: usize = 0;

/** Finds the client of the line at hand; false when it is no address. */
export function findClient(): bool {
  const slot = place(CLIENT);
  client = -1;
  if (slot < 0) return true;
  name = valueFrom(slot);
  nameEnd = addressEnd(name);
  client = ipv4 < 0 ? NAMED : ipv4;
  return nameEnd === valueEnd(slot);
}
