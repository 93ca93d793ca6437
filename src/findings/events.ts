/** What nginx's processes did, read from the notices they write about themselves. */
import type { ErrorRecord } from '../nginx/record.ts';
import type { NginxEvent } from './keys.ts';

/** Source: os/unix/ngx_process.c and ngx_process_cycle.c. Null for any other message. */
export function nginxEvent(record: ErrorRecord): { event: NginxEvent; pid: number } | null {
  if (record.client !== null || record.connection !== null) return null;
  const { message } = record;
  const pid = record.pid ?? -1;
  if (message.startsWith('signal ')) {
    const signal = Number.parseInt(message.slice(7), 10);
    if (signal === 1) return { event: 'reload', pid };
    if (signal === 3) return { event: 'quit', pid };
    if (signal === 2 || signal === 15) return { event: 'stop', pid };
    return null;
  }
  if (message === 'gracefully shutting down') return { event: 'worker-draining', pid };
  if (message === 'exiting' || message === 'exit') return { event: 'worker-exiting', pid };
  if (message === 'start worker processes') return { event: 'start', pid };
  const exit = /^worker process (\d{1,10}) exited (on signal|with code)/.exec(message);
  if (exit !== null) {
    return { event: exit[2] === 'on signal' ? 'worker-crashed' : 'worker-exited', pid: Number(exit[1]) };
  }
  return null;
}

/** The version a start-up notice names (`nginx/1.22.1`, `openresty/1.21.4.1`), or null. */
export function startedVersion(message: string): string | null {
  const found = /^(?:nginx|openresty|tengine|freenginx|angie)\/(\d{1,3}\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)/i.exec(
    message,
  );
  return found?.[1] ?? null;
}
