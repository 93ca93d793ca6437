/** Reads a client's address where it stands in a log. */
export class AddressReader {
  /** The address read last as an IPv4 address from 0 on; -1 when it is none of those. */
  ipv4 = -1;

  /** Returns where the address at `start` ends, or -1 when there are only other bytes than addresses have. */
  read(bytes: Buffer, start: number): number {
    let value = 0;
    let part = -1;
    let dots = 0;
    let at = start;
    let c = bytes[at]!;
    for (; ; c = bytes[++at]!) {
      if (c >= 48 && c <= 57) {
        // A leading zero, and what is no byte, make it another text than the address would read back as.
        if (part === 0 || part > 25) break;
        part = part === -1 ? c - 48 : part * 10 + c - 48;
      } else if (c === 46 && part !== -1 && part < 256) {
        value = (value << 8) | part;
        part = -1;
        dots++;
      } else break;
    }
    if (dots === 3 && part !== -1 && part < 256 && !isAddressByte(c)) {
      this.ipv4 = ((value << 8) | part) >>> 0;
      return at;
    }
    this.ipv4 = -1;
    while (isAddressByte(c)) c = bytes[++at]!;
    return at === start ? -1 : at;
  }
}

/** Digits, hex letters, dots and colons. */
function isAddressByte(c: number): boolean {
  return (c >= 48 && c <= 58) || c === 46 || (c >= 97 && c <= 102);
}
