/**
 * What follows from something that is told already need not be told itself. Lines that follow from a fault join its
 * incident where they can (`src/incident/assemble.ts`); an incident of nothing but such lines is left where they hit
 * another endpoint, other requests, or came in another run.
 */
import type { Catalogue } from '../catalogue/types.ts';
import type { ReportIncident } from '../report/document.ts';

/** By the id of each incident that is kept quiet, the id of the open one that it follows from. */
export function inhibited(open: readonly ReportIncident[], symptoms: Catalogue['symptoms']): Map<string, string> {
  const quiet = new Map<string, string>();
  for (const incident of open) {
    const follows = rootsOf(incident, symptoms);
    if (follows === null) continue;
    const root = open.find(
      (other) =>
        other !== incident &&
        rootsOf(other, symptoms) === null &&
        other.symptoms.some(({ id }) => follows.has(id)) &&
        together(incident, other),
    );
    if (root !== undefined) quiet.set(incident.id, root.id);
  }
  return quiet;
}

/** The symptoms that an incident of followers only follows from; null for one that says something itself. */
function rootsOf({ symptoms: seen }: ReportIncident, symptoms: Catalogue['symptoms']): Set<string> | null {
  const roots = new Set<string>();
  let follower = false;
  for (const { id } of seen) {
    const symptom = symptoms.get(id);
    if (symptom === undefined) return null;
    if (symptom.role === 'follower') {
      follower = true;
      for (const root of symptom.follows ?? []) roots.add(root);
    }
    // Answers in the access log are what any fault looks like from outside; they are not a fault of their own.
    else if (symptom.role === 'root' && !isAnswer(symptom.match)) return null;
  }
  return follower ? roots : null;
}

function isAnswer(match: unknown): boolean {
  return typeof match === 'object' && match !== null && 'log' in match && match.log === 'access';
}

/** The same server, unless both know theirs and they differ; a fault of nginx as a whole is everywhere. */
function together(a: ReportIncident, b: ReportIncident): boolean {
  const [left, right] = [a.endpoint.server, b.endpoint.server];
  if (left === null || right === null || left === right) return true;
  return a.upstreams.some(({ address }) => b.upstreams.some((other) => other.address === address));
}
