/** What only the machine of nginx can tell beside a handshake: whether its configuration passes, and how busy it is. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Io } from './io.ts';
import { localNginx } from './local-nginx.ts';

const PATIENCE_MS = 10_000;
/** State of an open connection in /proc/net/tcp. */
const ESTABLISHED = '01';

/**
 * @param confPath the configuration file that was given; null when it came from elsewhere
 * @param port the port nginx listens on
 * @param upstreamPort the backend's; null when no backend is known
 */
export async function machineNotes(
  io: Io,
  confPath: string | null,
  port: number,
  upstreamPort: number | null,
): Promise<string[]> {
  const notes = confPath === null ? [] : [await configTest(io, resolve(confPath))];
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')),
  );
  if (tables.every((table) => table === '')) return notes;
  const open = tables.map((table) => openConnections(table, port, upstreamPort));
  const clients = open.reduce((sum, { clients: n }) => sum + n, 0);
  const backend = open.reduce((sum, { backend: n }) => sum + n, 0);
  const towards = upstreamPort === null ? '' : ` and ${backend} to port ${upstreamPort} of the backend`;
  notes.push(`open connections on this machine: ${clients} to port ${port}${towards}`);
  return notes;
}

async function configTest(io: Io, confPath: string): Promise<string> {
  const { binary } = await localNginx(io);
  if (binary === null) return `nginx -t was not run on ${confPath}: there is no nginx program on this machine`;
  try {
    await promisify(execFile)(binary, ['-t', '-c', confPath], { timeout: PATIENCE_MS, maxBuffer: 256 * 1024 });
    return `nginx -t accepts ${confPath}`;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const complaint = said.split('\n').find((line) => /\[(?:emerg|alert|crit|error)\]/.test(line));
    return `nginx -t refuses ${confPath}: ${complaint ?? 'it does not say why'}`;
  }
}

/**
 * Counts open connections in a table of the kernel's: those that came in at `port`, and those that go out to
 * `upstreamPort`. Source of the form: proc(5), /proc/net/tcp.
 */
export function openConnections(
  table: string,
  port: number,
  upstreamPort: number | null,
): { clients: number; backend: number } {
  let clients = 0;
  let backend = 0;
  for (const row of table.split('\n').slice(1)) {
    const [, local, remote, state] = row.trim().split(/\s+/);
    if (local === undefined || remote === undefined || state !== ESTABLISHED) continue;
    if (portOf(local) === port) clients++;
    if (upstreamPort !== null && portOf(remote) === upstreamPort) backend++;
  }
  return { clients, backend };
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
