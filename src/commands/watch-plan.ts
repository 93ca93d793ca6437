/** What a watch is asked to do, settled from options, config files, patterns and the nginx configuration of now. */
import { alertPlan } from './alert-settings.ts';
import { analysisSettings } from './analysis-settings.ts';
import { catalogueFor } from './catalogue.ts';
import { logsToFollow } from './followed-logs.ts';
import type { Invocation } from './invocation.ts';
import { confOf, localConf } from './nginx-conf.ts';
import type { AlertsTold } from './watch-alerts.ts';
import type { Told } from './watch-run.ts';

export interface Plan {
  readonly paths: readonly string[];
  readonly told: Told;
  readonly alerts: AlertsTold;
}

/** @throws UsageError for whatever is wrong with any of it. */
export async function planOf(call: Invocation): Promise<Plan> {
  const { operands, settings, io, messages } = call;
  const conf = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  const paths = await logsToFollow(operands, conf, 'watch');
  const analysis = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  const quietMs = settings.number('quietWindow');
  const alerts: AlertsTold = {
    alerts: await alertPlan(call),
    symptoms: analysis.catalogue.symptoms,
    quietMs,
    all: settings.flag('all'),
    redacts: settings.flag('redact'),
  };
  return { paths, told: { analysis, quietMs }, alerts };
}
