/** `--metrics-listen`: what a watch knows, for Prometheus. */
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { listenAddress } from '../metrics/address.ts';
import type { Messages } from './messages.ts';
import type { WatchRun } from './watch-run.ts';
import type { WatchState } from './watch-state.ts';

/**
 * Serves metrics if that is asked for; the call ends it.
 *
 * @throws UsageError when the address is none, or cannot be listened on.
 */
export async function openMetrics(
  settings: Settings,
  run: WatchRun,
  state: WatchState,
  messages: Messages,
): Promise<() => void> {
  const text = settings.text('metricsListen');
  if (text === null) return () => undefined;
  const where = settings.where('metricsListen');
  const address = listenAddress(text);
  if (typeof address === 'string') throw new UsageError(`${where}: ${address}`);
  const [{ serveMetrics }, { exposition }] = await Promise.all([
    import('../metrics/server.ts'),
    import('../metrics/figures.ts'),
  ]);
  try {
    const server = await serveMetrics(address, () => exposition({ ...run.figures(), commits: state.commits }));
    messages.notice(`metrics at http://${server.address}/metrics`);
    if (!address.isLoopback) messages.notice(`${where}: whoever reaches ${text} can read names of servers and paths`);
    return () => server.close();
  } catch (error) {
    throw new UsageError(`${where}: ${text} cannot be listened on (${reasonOf(error)})`);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const words: Record<string, string> = {
    EADDRINUSE: 'another program does so already',
    EACCES: 'ports below 1024 need privileges',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'no such host',
  };
  return words[code] ?? code;
}
