/** How bad a cluster is: its symptoms' own severity, weighed by how much of the endpoint's traffic it hits. */
import { type Cluster, severityRank } from './cluster.ts';
import type { WebSocketVerdicts } from './websocket.ts';

/** Fewer hits than this on a path that only looks like a WebSocket's are somebody probing. */
const PROBING = 3;

export function setSeverity(cluster: Cluster, verdicts: WebSocketVerdicts): void {
  const stats = cluster.endpoint === null ? null : verdicts.stats(cluster.endpoint);
  const ok = stats?.ok ?? 0;
  const hits = cluster.tally.count;
  const handshake = [...cluster.symptoms.values()].some(
    (s) => s.symptom.stage === 'handshake' && s.symptom.role === 'root',
  );
  const recovered = cluster.errors.reduce((sum, g) => sum + g.recovered, 0);
  if (cluster.family === 'client-gone-before-upgrade') {
    cluster.severity = hits >= 5 && hits >= ok / 4 ? 'warning' : 'info';
    return;
  }
  if (cluster.errors.length === 0 && cluster.access.length > 0 && cluster.websocket === 'likely' && hits < PROBING) {
    cluster.severity = 'info';
    return;
  }
  if (cluster.sessions?.shape === 'instant') {
    // A bare close frame is also what a client gets that leaves at once: worth knowing, not worth an alarm.
    cluster.severity = cluster.sessions.silent >= cluster.sessions.sessions / 2 ? 'warning' : 'info';
    return;
  }
  if (!handshake || severityRank(cluster.severity) < severityRank('warning')) return;
  // Where no handshake was ever accepted, a 200 is a page of somebody's, such as that of error_page.
  const accepted = ok > 0 || cluster.endpoint?.fold.hint !== 'strong';
  if (accepted && recovered > 0 && recovered >= hits * 0.9) cluster.severity = 'warning';
  else if (cluster.websocket === 'yes' || cluster.websocket === 'likely') {
    if (ok === 0 && hits >= PROBING && cluster.severity === 'error') cluster.severity = 'critical';
    else if (ok > hits * 20 && cluster.severity === 'error') cluster.severity = 'warning';
  }
}
