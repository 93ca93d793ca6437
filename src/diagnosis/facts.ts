/** All facts of a cluster. */
import type { Cluster } from '../incident/cluster.ts';
import { metBeforeErrorPage } from '../incident/error-page.ts';
import type { LineRef } from '../incident/tally.ts';
import { answerFacts } from './answer-facts.ts';
import { endpointFacts, upstreamFacts } from './endpoint-facts.ts';
import type { Fact, Facts, FactValue, Surroundings } from './fact.ts';
import { eventFacts, versionFacts } from './nginx-facts.ts';
import { sessionFacts, timerFacts } from './session-facts.ts';

export function factsOf(cluster: Cluster, around: Surroundings): Facts {
  const facts = new Map<string, Fact>();
  const say = (
    name: string,
    values: readonly FactValue[],
    text: (value: FactValue) => string,
    ref: LineRef | null = null,
  ): void => {
    if (values.length > 0) facts.set(name, { values, text, ref });
  };
  const sample = cluster.tally.samples[0] ?? null;

  say(
    'symptom',
    [...cluster.symptoms.keys()],
    (id) => {
      const seen = cluster.symptoms.get(String(id));
      return seen === undefined ? String(id) : `${times(seen.count)}: ${seen.symptom.title}`;
    },
    sample,
  );
  answerFacts(cluster, say);
  say(
    'level',
    [...new Set(cluster.errors.flatMap((g) => [...g.levels]))].filter((l) => l !== ''),
    (l) => `logged at [${l}]`,
  );
  endpointFacts(cluster, around, say);
  upstreamFacts(cluster, around, say);
  sessionFacts(cluster, around, say);
  eventFacts(cluster, around, say);
  versionFacts(around.nginxVersion, say);
  say('error-log-shows', [around.visibility.errorLog], (v) =>
    v === 'nothing' ? 'no error log was given' : `the error log was written at level ${v}`,
  );
  if (isRefusedByNginxAlone(cluster)) {
    say('refused-silently', [around.visibility.errorLog], (v) => `the error log, at ${v}, has no line on it`);
  }
  const distinct = cluster.tally.clients.distinct().count;
  say('clients', [distinct], (n) => `${n} ${n === 1 ? 'client is' : 'clients are'} hit`);
  say('incident-count', [cluster.tally.count], (n) => `${n} hits`);
  say('incident-lines', [cluster.tally.lines], (n) => `${n} log lines`);
  for (const [name, fact] of around.confFacts(cluster)) facts.set(name, fact);
  timerFacts(cluster, facts, say);
  return facts;
}

/** Whether nginx made every answer by itself and no line of the error log is known to belong to one. */
function isRefusedByNginxAlone({ errors, access }: Cluster): boolean {
  return (
    errors.length === 0 &&
    access.length > 0 &&
    access.every((g) => metBeforeErrorPage(g) === g && g.answeredBy === 'nginx')
  );
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
