/** Which logs are followed by name, through rotation. */
import { UsageError } from '../config/usage-error.ts';
import { discoverLogs } from '../input/discover.ts';
import { type NginxConf, namedLogs } from './nginx-conf.ts';

const USUAL_LOGS = ['/var/log/nginx/error.log', '/var/log/nginx/access.log'];

/**
 * The logs to follow: those given, those the configuration names, or nginx's usual ones.
 *
 * @throws UsageError when there is none, nor one that may come.
 */
export async function logsToFollow(
  operands: readonly string[],
  conf: NginxConf | null,
  verb: 'watch' | 'summarise',
): Promise<string[]> {
  const named = operands.length > 0 ? [...operands] : conf === null ? [] : namedLogs(conf);
  if (named.length === 0) {
    const { sets } = await discoverLogs(USUAL_LOGS);
    if (sets.length > 0) return sets.map((set) => set.name);
    throw new UsageError(
      `name the logs to ${verb}: there is no nginx configuration here, and no ${USUAL_LOGS.join(' or ')}`,
    );
  }
  const { sets, problems } = await discoverLogs(named);
  const paths = new Set(sets.map((set) => set.name));
  // A log that is not there yet may come.
  for (const { path } of problems) if (!/[*?[{]/.test(path)) paths.add(path);
  if (paths.size > 0) return [...paths];
  throw new UsageError(`no log to ${verb}: ${problems.map(({ path, sentence }) => `${path}: ${sentence}`).join('; ')}`);
}
