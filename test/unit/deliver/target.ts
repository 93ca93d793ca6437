/** A real HTTP server that tests deliver to. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Target {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on. */
  answer: (response: ServerResponse, request: Received) => void;
  /** Waits until so many requests have come. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function target(): Promise<Target> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString('utf8') };
      received.push(one);
      made.answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const made: Target = {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (response) => response.end('ok'),
    until: (count) => eventually(() => received.length >= count),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return made;
}

/** Waits until something is so. */
export async function eventually(condition: () => boolean, patienceMs = 15_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !condition(); ) {
    if (Date.now() > deadline) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
