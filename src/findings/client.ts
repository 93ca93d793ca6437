/** Who asked, in the form that costs least: most clients are IPv4 addresses, and a number needs no string. */

/** An IPv4 address as a signed 32-bit number, anything else as it is written; null when the line does not tell. */
export type Client = number | string | null;

/** The same client gives the same value, whichever log named it. */
export function clientOf(text: string | null): Client {
  return text === null ? null : (ipv4(text) ?? text);
}

/** As people write it. */
export function clientText(client: number | string): string {
  if (typeof client === 'string') return client;
  return `${client >>> 24}.${(client >>> 16) & 255}.${(client >>> 8) & 255}.${client & 255}`;
}

/** A dotted address as a number; null for anything else, leading zeros included, which must read back alike. */
function ipv4(text: string): number | null {
  const { length } = text;
  if (length < 7 || length > 15) return null;
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (c >= 0 && c <= 9) {
      if (part === 0) return null;
      part = part === -1 ? c : part * 10 + c;
      if (part > 255) return null;
    } else if (c === -2 && part !== -1) {
      value = (value << 8) | part;
      part = -1;
      dots++;
    } else return null;
  }
  return dots === 3 && part !== -1 ? (value << 8) | part : null;
}
