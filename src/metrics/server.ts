/** Serves the metrics over HTTP, and nothing else. */
import { createServer, type Server } from 'node:http';
import type { ListenAddress } from './address.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** A scraper asks at once and takes what it gets. */
const PATIENCE_MS = 5000;
const MAX_CONNECTIONS = 32;

export interface MetricsServer {
  /** `127.0.0.1:9113`, with the port that was given out where none was asked for. */
  readonly address: string;
  close(): void;
}

/** @throws the operating system's error when the address cannot be listened on. */
export async function serveMetrics({ host, port }: ListenAddress, text: () => Promise<string>): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const path = (request.url ?? '').split('?')[0];
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (!isRead) answer(405, 'GET only\n');
    else if (path !== '/metrics') answer(404, 'the metrics are at /metrics\n');
    else
      text().then(
        (body) => answer(200, body, CONTENT_TYPE),
        () => answer(500, 'the metrics cannot be made\n'),
      );
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.requestTimeout = PATIENCE_MS;
  server.headersTimeout = PATIENCE_MS;
  await listening(server, port, host);
  server.on('error', () => undefined);
  const bound = server.address();
  const given = bound !== null && typeof bound === 'object' ? bound.port : port;
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${given}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
