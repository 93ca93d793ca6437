import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressReader } from '../../../src/findings/address.ts';
import { clientOf, clientText } from '../../../src/findings/client.ts';

const part = fc.oneof(fc.nat(255).map(String), fc.constantFrom('00', '07', '256', '999', '1234', '', 'a', 'ff'));
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.') }),
);

describe('AddressReader', () => {
  it('reads an address as the plain way does', () => {
    fc.assert(
      fc.property(address, fc.constantFrom(', server', ' - - [', ',', ''), (text, behind) => {
        const reader = new AddressReader();
        const end = reader.read(Buffer.from(`x${text}${behind}`, 'latin1'), 1);
        if (text === '') {
          expect(end).toBe(-1);
          return;
        }
        expect(end).toBe(1 + text.length);
        const client = clientOf(text);
        expect(reader.ipv4).toBe(typeof client === 'number' ? client >>> 0 : -1);
        if (client !== null) expect(clientText(client)).toBe(text);
      }),
    );
  });
});
