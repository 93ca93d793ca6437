/** The facts that the diagnosis computes for an incident, and the values each can have. */
import type { EvidenceRule } from '../../../src/catalogue/types.ts';

const BOOLEAN = [true, false];
const STATUS = /^\d{3}$/;

/** A list: one of these values. A pattern: text that matches. `number`: compared with min and max. */
export const FACTS: ReadonlyMap<string, readonly (string | boolean)[] | RegExp | 'number'> = new Map<
  string,
  readonly (string | boolean)[] | RegExp | 'number'
>([
  ['symptom', /^[a-z0-9-]+$/],
  ['status', STATUS],
  ['upstream-status', STATUS],
  ['answered-by', ['nginx', 'backend', 'unknown']],
  [
    'body',
    [
      'says-upgrade-missing',
      'says-session-unknown',
      'says-origin-refused',
      'says-version-refused',
      'says-plain-to-tls',
      'nginx-error-page',
      'not-nginx-page',
      'empty',
    ],
  ],
  ['protocol', /^HTTP\/\d\.\d$/],
  ['path-kind', ['socket.io', 'sockjs', 'signalr', 'graphql', 'other']],
  ['upstream-scheme', ['http', 'https']],
  ['upstream-kind', ['ip', 'name', 'unix']],
  ['level', ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug']],
  ['nginx-event', ['reload', 'stop', 'crash', 'start']],
  ['nginx-version', ['before-1.29.7', 'since-1.29.7', 'before-1.31.0', 'since-1.31.0']],
  ['request-time', ['instant', 'timer', 'spread']],
  ['request-seconds', 'number'],
  ['endpoint-success', ['none', 'some', 'most']],
  ['other-backend-ok', BOOLEAN],
  ['upstream-port-tls', BOOLEAN],
  ['upstreams', 'number'],
  ['sid-in-query', BOOLEAN],
  ['error-log-shows', ['info', 'notice', 'warn', 'error', 'nothing']],
  ['refused-silently', ['info', 'notice', 'warn', 'error', 'nothing']],
  ['sessions', 'number'],
  ['session-length', ['instant', 'short', 'timer', 'spread']],
  ['session-seconds', 'number'],
  ['session-timer', ['nginx-default', 'configured', 'other']],
  ['session-bytes', ['none', 'close-frame', 'data']],
  ['ends-together', ['reload', 'stop', 'crash', 'none']],
  ['reconnect-period', 'number'],
  ['incident-lines', 'number'],
  ['incident-count', 'number'],
  ['clients', 'number'],
  ['conf-proxied', BOOLEAN],
  ['conf-return', STATUS],
  ['conf-mirror', BOOLEAN],
  ['conf-upgrade', ['forwarded', 'missing']],
  ['conf-connection', ['forwarded', 'missing', 'close', 'other']],
  ['conf-http-version', ['1.0', '1.1', '2']],
  ['conf-read-timeout', 'number'],
  ['conf-connect-timeout', 'number'],
  ['conf-scheme', ['http', 'https']],
  ['conf-sni', BOOLEAN],
  ['conf-verify', BOOLEAN],
  ['conf-upstream-servers', 'number'],
  ['conf-affinity', BOOLEAN],
  ['conf-limit', BOOLEAN],
  ['conf-auth-request', BOOLEAN],
  ['conf-redirect', BOOLEAN],
  ['conf-map-missing', BOOLEAN],
  ['conf-http2', BOOLEAN],
  ['conf-listen-tls', BOOLEAN],
  ['conf-shutdown-timeout', 'number'],
  ['conf-buffer-size', 'number'],
]);

/** Whether a rule asks for values its fact can have; a misspelt one would never hold, and nobody would notice. */
export function holdsKnownValues(rule: EvidenceRule): boolean {
  const known = FACTS.get(rule.fact);
  if (known === undefined) return false;
  if (known === 'number') return rule.is === undefined && (rule.min !== undefined || rule.max !== undefined);
  if (rule.is === undefined || rule.min !== undefined || rule.max !== undefined) return false;
  const wanted = [rule.is].flat();
  if (known instanceof RegExp) return wanted.every((value) => typeof value === 'string' && known.test(value));
  return wanted.every((value) => typeof value !== 'number' && known.includes(value));
}
