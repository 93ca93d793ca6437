/** `wslog probe`: a real handshake through nginx and past it, checked, compared and judged. */
import { readFile, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { LineExplainer } from '../analysis/explain.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { logSettings } from '../nginx-conf/logs.ts';
import { type ResolvedLocation, resolveRequest } from '../nginx-conf/resolve.ts';
import type { Header } from '../probe/attempt.ts';
import { placeOf, upstreamUrl } from '../probe/config-view.ts';
import { readHeader } from '../probe/request.ts';
import { type ProbePlan, runProbe, works } from '../probe/run.ts';
import { type Override, pathOf, readOverride, readTarget, type Target } from '../probe/target.ts';
import { judge, type Verdict } from '../probe/verdict.ts';
import { buildProbeDocument } from '../report/probe-document.ts';
import { escapeJson } from '../safe/display.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { confOf, type NginxConf } from './nginx-conf.ts';
import { writeFileWhole, writeOut } from './output.ts';
import { ProbeLog } from './probe-log.ts';
import { machineNotes } from './probe-machine.ts';
import { ownVersion } from './version.ts';

const FORMATS = ['text', 'json'] as const;
const MAX_HANDSHAKES = 100;
const MIN_INTERVAL_MS = 100;
/** Below this confidence a verdict is a guess. */
const GUESS = 0.6;
const MAX_COOKIE_BYTES = 64 * 1024;
const SIGNAL_CODES: ReadonlyMap<unknown, number> = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);

/**
 * @returns 0 healthy, 1 broken, 130 or 143 when a signal ended it.
 * @throws UsageError for an option that makes no sense; nothing was sent then.
 */
export async function probe(call: Invocation): Promise<number> {
  const { operands, settings, io, messages } = call;
  const format = formatAmong(settings, FORMATS);
  const [url = '', ...logs] = operands;
  const target = targetOf(url, null, 'the URL');
  const override = overrideOf(settings);
  const asked = requestOf(settings);
  const [count, intervalMs] = countOf(settings);
  const timeoutMs = settings.number('timeout');
  if (timeoutMs === 0) throw new UsageError(`${settings.where('timeout')}: 0 leaves no time for an answer`);
  const cookie = await cookieOf(settings, io.env.WSLOG_PROBE_COOKIE);
  const given = settings.text('upstream');
  const named = given === null ? null : targetOf(given, target.path, settings.where('upstream'));
  const conf = await confOf(settings, io, messages);
  const catalogue = await catalogueFor(settings, io);
  const told = await analysisSettings(settings, io, catalogue, conf);
  const host = asked.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? target.authority;
  const port = override?.port ?? target.port;
  const locate = (version: string | null): ResolvedLocation | null =>
    conf === null ? null : resolveRequest(conf.conf, { server: null, host, port, path: target.path }, version);

  const notes: string[] = [];
  const before = locate(told.nginxVersion);
  if (conf !== null && before === null)
    notes.push('the configuration has no server for this URL, or several that would answer it differently');
  const upstream = named ?? upstreamOf(before, target, override, notes);
  const files = logs.length > 0 ? logs : await errorLogsOf(conf);
  const log = await ProbeLog.begin(files, new LineExplainer(told), pathOf(target), (sentence) =>
    messages.error(sentence),
  );
  const shown = io.stderrIsTerminal && !settings.flag('quiet');
  const plan: ProbePlan = {
    target,
    override,
    upstream,
    ...asked,
    cookie,
    count,
    intervalMs,
    holdMs: settings.number('hold'),
    pingMs: settings.number('ping') > 0 ? settings.number('ping') : null,
    readLines: () => log.read(),
    settings: {
      userAgent: `wslog/${ownVersion()} (probe)`,
      timeoutMs,
      insecure: settings.flag('insecure'),
      signal: io.signal,
      clock: () => io.monotonic(),
    },
    say: (text) => {
      if (shown) messages.notice(text);
    },
  };
  const result = await runProbe(plan);
  // The Server header tells the version, and with it the defaults of what the configuration leaves unsaid.
  const location = locate(told.nginxVersion ?? result.nginxVersion);
  const succeeded = result.attempts.filter(works).length;
  const verdict = judge({ ...result, made: result.attempts.length, succeeded, location });
  notes.push(...missingWitness(verdict, conf !== null || files.length > 0, upstream !== null));
  if (conf !== null && isThisMachine(override?.host ?? target.host)) {
    const given = settings.text('nginxConf');
    notes.push(...(await machineNotes(io, given === '-' ? null : given, port, upstream?.port ?? null)));
  }
  const document = buildProbeDocument({
    version: ownVersion(),
    result,
    verdict,
    succeeded,
    location,
    catalogue,
    notes,
    now: io.now(),
    redact: told.redact,
  });
  const output = settings.text('output');
  const text =
    format === 'json'
      ? `${escapeJson(JSON.stringify(document, null, 2))}\n`
      : (await import('../report/probe-text.ts')).renderProbe(document, {
          ...appearanceOf(settings, io, output !== null),
          verbose: settings.flag('verbose'),
        });
  if (output === null) await writeOut(io.stdout, [text]);
  else await writeFileWhole(output, [text]);
  return SIGNAL_CODES.get(io.signal.reason) ?? (verdict.healthy ? 0 : 1);
}

function targetOf(text: string, pathOtherwise: string | null, where: string): Target {
  const target = readTarget(text, pathOtherwise);
  // The text may hold a password, so it is not repeated.
  if (typeof target === 'string') throw new UsageError(`${where} ${target}`);
  return target;
}

function overrideOf(settings: Settings): Override | null {
  const text = settings.text('resolve');
  if (text === null) return null;
  const override = readOverride(text);
  if (override !== null) return override;
  throw new UsageError(
    `${settings.where('resolve')}: "${text}" is no address; give one such as 10.0.0.2 or 10.0.0.2:8443`,
  );
}

function requestOf(settings: Settings): Pick<ProbePlan, 'origin' | 'headers' | 'protocols'> {
  const headers: Header[] = [];
  for (const line of settings.text('header')?.split('\n') ?? []) {
    const header = readHeader(line);
    if (typeof header === 'string') throw new UsageError(`${settings.where('header')} ${header}`);
    headers.push(header);
  }
  const origin = settings.text('origin');
  if (origin !== null && !/^(?:null|[a-z][a-z0-9+.-]*:\/\/[\x21-\x7e]+)$/i.test(origin))
    throw new UsageError(
      `${settings.where('origin')}: "${origin}" is no origin; give one such as https://app.example.com`,
    );
  const protocols = (settings.text('protocol') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = protocols.find((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (wrong !== undefined) throw new UsageError(`${settings.where('protocol')}: "${wrong}" is no subprotocol's name`);
  return { headers, origin, protocols };
}

/** Handshakes and the ms between them: bounded, so that a probe is no load test. */
function countOf(settings: Settings): [count: number, intervalMs: number] {
  const count = settings.number('n');
  if (count < 1 || count > MAX_HANDSHAKES)
    throw new UsageError(
      `${settings.where('n')}: ${count} is not between 1 and ${MAX_HANDSHAKES}; a probe is no load test`,
    );
  const interval = settings.number('interval');
  if (interval < MIN_INTERVAL_MS)
    throw new UsageError(`${settings.where('interval')}: less than ${MIN_INTERVAL_MS}ms; a probe is no load test`);
  return [count, interval];
}

/** The Cookie header's value, from a file or the environment: what is in argv, every process list shows. */
async function cookieOf(settings: Settings, fromEnvironment: string | undefined): Promise<string | null> {
  const path = settings.text('cookieFile');
  const where = path === null ? 'WSLOG_PROBE_COOKIE' : settings.where('cookieFile');
  let text = fromEnvironment ?? '';
  if (path !== null) {
    const size = (await stat(path).catch(() => null))?.size ?? 0;
    if (size > MAX_COOKIE_BYTES) throw new UsageError(`${where}: ${path} is larger than any cookie`);
    text = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${where}: ${path} cannot be read (${error.code ?? 'unknown error'})`);
    });
  }
  const value = text.trim().replace(/^cookie:\s*/i, '');
  if (value === '') return null;
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value))
    throw new UsageError(`${where}: the cookie holds line feeds or control characters`);
  return value;
}

/** What would have told more, where the verdict is a guess. */
function missingWitness({ healthy, confidence }: Verdict, hasConf: boolean, hasUpstream: boolean): string[] {
  if (healthy || confidence >= GUESS) return [];
  if (!hasUpstream) return ['--upstream URL would show whether the backend accepts the same handshake past nginx'];
  return hasConf ? [] : ["-c nginx.conf, and nginx's error log, would tell these causes apart"];
}

/** The error logs a configuration names, those of them that are there. */
async function errorLogsOf(conf: NginxConf | null): Promise<string[]> {
  if (conf === null) return [];
  const named = logSettings(conf.conf).errorLogs.filter((log) => log.kind === 'file' && log.path !== '/dev/null');
  const paths = [...new Set(named.map(({ path }) => path))];
  const found = await Promise.all(
    paths.map(async (path) => ((await stat(path).catch(() => null))?.isFile() ? path : null)),
  );
  return found.filter((path) => path !== null);
}

/**
 * The backend that the configuration names. An address in it is meant from nginx's own machine, so it is tried only
 * when the probe goes to this machine.
 */
function upstreamOf(
  location: ResolvedLocation | null,
  target: Target,
  override: Override | null,
  notes: string[],
): Target | null {
  if (location === null || location.proxyPass === null) return null;
  const url = upstreamUrl(location, target.path);
  if (url === null) return null;
  if (!isThisMachine(override?.host ?? target.host)) {
    notes.push(
      'the backend that the configuration names is not tried from here; run this on the machine of nginx, or name it with --upstream',
    );
    return null;
  }
  const found = readTarget(url, target.path);
  if (typeof found === 'string') return null;
  notes.push(`the backend is the one of proxy_pass (${placeOf(location.proxyPass)})`);
  return found;
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host) === true);
}
