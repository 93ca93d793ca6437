/** Where metrics are served. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Nobody but this machine can connect. */
  readonly isLoopback: boolean;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i;

/**
 * `9113`, `127.0.0.1:9113`, `[::1]:9113`, `localhost:9113`. A port alone is this machine's own; every other address has
 * to be written out, so that nothing is opened to a network by leaving something out.
 *
 * @returns the address, or a sentence that says what is wrong.
 */
export function listenAddress(text: string): ListenAddress | string {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([\w.-]*|\*)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3] ?? -1);
  if (match === null || port > 65_535) return `"${text}" is not an address such as 127.0.0.1:9113`;
  const host = match[1] ?? match[2] ?? '127.0.0.1';
  if (host === '' || host === '*') {
    return `"${text}" would be open to every network; write 127.0.0.1:${port}, or the address itself, such as 0.0.0.0:${port}`;
  }
  return { host, port, isLoopback: LOOPBACK.test(host) };
}
