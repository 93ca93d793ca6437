/** What one run of `wslog summary` needs to know before it reads anything. */
import { hostname } from 'node:os';
import { passes } from '../analysis/conclude.ts';
import type { AnalysisSettings } from '../analysis/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { MailAddresses } from '../deliver/mail-addresses.ts';
import { discoverLogs } from '../input/discover.ts';
import { showText } from '../safe/display.ts';
import type { SummaryWishes } from '../summary/compose.ts';
import { analysisSettings } from './analysis-settings.ts';
import { catalogueFor } from './catalogue.ts';
import { logsToFollow } from './followed-logs.ts';
import type { Invocation } from './invocation.ts';
import { mailAddresses } from './mail-settings.ts';
import { confNaming, confOf, localConf } from './nginx-conf.ts';
import { SummaryAlerts } from './summary-alerts.ts';

const DAY_MS = 86_400_000;
/** Filters are for what is told. */
const EVERYTHING = { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' } as const;

export interface Plan {
  readonly call: Invocation;
  readonly paths: readonly string[];
  readonly told: AnalysisSettings;
  readonly wishes: SummaryWishes;
  readonly mail: MailAddresses | null;
  readonly alerts: SummaryAlerts | null;
}

/** @throws UsageError for settings that are wrong. */
export async function planOf(call: Invocation): Promise<Plan> {
  const { operands, settings, io, messages } = call;
  if (operands.includes('-')) throw new UsageError('summary reads files; for standard input there is: wslog analyze -');
  const host = showText(hostname());
  const mail = await mailAddresses(settings, host);
  const given = await confOf(settings, io, messages);
  const local = given ?? (operands.length > 0 ? null : await localConf(settings, io, messages));
  const paths = await logsToFollow(operands, local, 'summarise');
  const conf = local ?? (await confNaming((await discoverLogs(paths)).sets, settings, io, messages));
  const told = await analysisSettings(settings, io, await catalogueFor(settings, io), conf);
  const heartbeat = settings.text('heartbeat');
  return {
    call,
    paths,
    // Everything is remembered; filters are for what is told. What is told may leave the machine: secrets are masked.
    told: { ...told, filters: EVERYTHING, redact: true },
    wishes: {
      host,
      quietMs: settings.number('quietWindow'),
      repeatMs: settings.number('repeatInterval'),
      repeatsStrictly: settings.where('repeatInterval') !== 'default',
      keepMs: settings.number('keepIncidents'),
      heartbeatMs: heartbeat === null ? null : heartbeat === 'daily' ? DAY_MS : 7 * DAY_MS,
      wanted: (incident) => passes(incident, told.filters),
      all: settings.flag('all'),
    },
    mail,
    alerts: await SummaryAlerts.planned(call, told.catalogue.symptoms),
  };
}
