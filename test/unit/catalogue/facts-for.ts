import type { ErrorFacts } from '../../../src/catalogue/facts.ts';
import type { ErrorMatch, Symptom } from '../../../src/catalogue/types.ts';
import { LEVELS } from '../../../src/nginx/record.ts';

function all<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

export function errorMatches(symptom: Symptom): readonly ErrorMatch[] {
  const matches = 'log' in symptom.match ? [symptom.match] : symptom.match;
  return matches.filter((match) => match.log === 'error');
}

/** A text that the pattern matches. */
function instance(pattern: string): string {
  return pattern.replaceAll('*', 'q7');
}

const BLANK: ErrorFacts = {
  message: 'q7',
  call: null,
  errno: 'none',
  phase: 'none',
  level: 'error',
  context: 'http',
  subrequest: false,
  upstream: false,
  scheme: null,
  protocol: 'HTTP/1.1',
  tlsBytes: null,
};

/** Facts that meet every clause of the match, one set for each of its message texts. */
export function factsFor(match: ErrorMatch): ErrorFacts[] {
  const [level] = all(match.level);
  const [errno] = all(match.errno);
  const [phase] = all(match.phase);
  const [call] = all(match.call);
  const [context] = all(match.context);
  const [protocol] = all(match.protocol);
  const messages = match.message === undefined ? ['q7'] : all(match.message);
  return messages.map((message) => ({
    ...BLANK,
    message: instance(message),
    ...(level !== undefined && { level }),
    ...(errno !== undefined && { errno }),
    ...(phase !== undefined && { phase: instance(phase) }),
    ...(call !== undefined && { call: instance(call) }),
    ...(context !== undefined && { context: context as ErrorFacts['context'] }),
    ...(protocol !== undefined && { protocol: instance(protocol) }),
    ...(match.subrequest !== undefined && { subrequest: match.subrequest }),
    ...(match.upstream !== undefined && { upstream: match.upstream }),
    ...(match.scheme !== undefined && { scheme: match.scheme }),
    ...(match.tlsBytes !== undefined && { tlsBytes: match.tlsBytes }),
  }));
}

/** Facts like these in every level, phase and errno that the match leaves open. */
export function variants(match: ErrorMatch, facts: ErrorFacts): ErrorFacts[] {
  const levels = match.level === undefined ? [...LEVELS, null] : [facts.level];
  const phases = match.phase === undefined ? ['none', 'doing q7'] : [facts.phase];
  const errnos = match.errno === undefined ? ['none', 'EXDEV'] : [facts.errno];
  return levels.flatMap((level) =>
    phases.flatMap((phase) => errnos.map((errno) => ({ ...facts, level, phase, errno }))),
  );
}

/** The same facts, changed so that the named clause cannot hold. */
export function without(clause: string, facts: ErrorFacts): ErrorFacts {
  switch (clause) {
    case 'message':
      return { ...facts, message: '\x00no such message' };
    case 'phase':
      return { ...facts, phase: 'doing something else' };
    case 'errno':
      return { ...facts, errno: 'EXDEV' };
    case 'call':
      return { ...facts, call: 'mknod()' };
    case 'level':
      return { ...facts, level: 'debug' };
    case 'context':
      return { ...facts, context: facts.context === 'ocsp' ? 'http' : 'ocsp' };
    case 'subrequest':
      return { ...facts, subrequest: !facts.subrequest };
    case 'upstream':
      return { ...facts, upstream: !facts.upstream };
    case 'scheme':
      return { ...facts, scheme: facts.scheme === 'http' ? 'https' : 'http' };
    case 'protocol':
      return { ...facts, protocol: 'HTTP/0.9' };
    case 'tlsBytes':
      return { ...facts, tlsBytes: facts.tlsBytes !== true };
    default:
      throw new Error(`unknown clause ${clause}`);
  }
}
