/** What a watch is asked to do, settled from options, config files, patterns and the nginx configuration of now. */
import { analysisSettings } from './analysis-settings.ts';
import { catalogueFor } from './catalogue.ts';
import { logsToFollow } from './followed-logs.ts';
import type { Invocation } from './invocation.ts';
import { confOf, localConf } from './nginx-conf.ts';
import type { Told } from './watch-run.ts';

export interface Plan {
  readonly paths: readonly string[];
  readonly told: Told;
}

/** @throws UsageError for whatever is wrong with any of it. */
export async function planOf({ operands, settings, io, messages }: Invocation): Promise<Plan> {
  const conf = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  const paths = await logsToFollow(operands, conf, 'watch');
  const analysis = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  return { paths, told: { analysis, quietMs: settings.number('quietWindow') } };
}
