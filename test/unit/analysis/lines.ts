/** Lines in nginx's grammar, for generated logs. */
export interface LineParts {
  readonly second?: number;
  readonly level?: string;
  readonly connection?: number;
  readonly message?: string;
  readonly client?: string;
  readonly request?: string;
  readonly upstream?: string | null;
  readonly server?: string;
  readonly host?: string;
}

const START = Date.UTC(2026, 10, 22, 12, 0, 0);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function errorLine(parts: LineParts = {}): string {
  const time = new Date(START + (parts.second ?? 0) * 1000)
    .toISOString()
    .slice(0, 19)
    .replaceAll('-', '/')
    .replace('T', ' ');
  const upstream = parts.upstream === null ? '' : `, upstream: "${parts.upstream ?? 'http://10.0.0.5:8080/ws'}"`;
  return `${time} [${parts.level ?? 'error'}] 7#7: *${parts.connection ?? 1} ${parts.message ?? REFUSED}, client: ${parts.client ?? '192.0.2.7'}, server: ${parts.server ?? 'a.test'}, request: "${parts.request ?? 'GET /ws HTTP/1.1'}"${upstream}, host: "${parts.host ?? 'a.test'}"`;
}

export interface AccessParts {
  readonly second?: number;
  readonly client?: string;
  readonly request?: string;
  readonly status?: number;
  readonly bytes?: number;
  /** Appended as it is: further fields of the format. */
  readonly rest?: string;
}

export function accessLine(parts: AccessParts = {}): string {
  const at = new Date(START + (parts.second ?? 0) * 1000);
  const day = `${String(at.getUTCDate()).padStart(2, '0')}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  const stamp = `${day}:${at.toISOString().slice(11, 19)} +0000`;
  return `${parts.client ?? '192.0.2.7'} - - [${stamp}] "${parts.request ?? 'GET /ws HTTP/1.1'}" ${String(parts.status ?? 101).padStart(3, '0')} ${parts.bytes ?? 0} "-" "-"${parts.rest ?? ''}`;
}

/** The fields of a format with timings. */
export function timed(parts: {
  seconds: number;
  status: string;
  upstream?: string;
  upgrade?: string;
  connection: number;
}): string {
  const { seconds, status, connection } = parts;
  return ` rt=${seconds.toFixed(3)} uct="0.000" uht="0.001" urt="${seconds.toFixed(3)}" us="${status}" ua="${parts.upstream ?? '10.0.0.5:8080'}" upg="${parts.upgrade ?? 'websocket'}" cid=${connection}`;
}

export const REFUSED = 'connect() failed (111: Connection refused) while connecting to upstream';
export const CLOSED = 'upstream prematurely closed connection while reading response header from upstream';
export const IDLE = 'upstream timed out (110: Connection timed out) while proxying upgraded connection';
export const RESET = 'recv() failed (104: Connection reset by peer) while proxying upgraded connection';
export const NO_LIVE = 'no live upstreams while connecting to upstream';

export function log(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
