/** What nginx met before `error_page` gave the answer another status: `=200 /sorry.html` hides a 502 from the client. */
import type { AnsweredBy } from '../findings/keys.ts';
import type { AccessGroup } from './groups.ts';

/** A status, and who made it. */
export interface Met {
  readonly status: number;
  readonly answeredBy: AnsweredBy;
}

/**
 * The failure behind an answer of nginx's own with another status than the backend's (`$upstream_status` is logged),
 * as `error_page` and `proxy_intercept_errors` make it; else the answer as it is. A 502 or 504 in `$upstream_status` is
 * nginx's own word for an attempt that failed.
 */
export function metBeforeErrorPage(
  group: Pick<AccessGroup, 'status' | 'answeredBy' | 'upstreamStatuses' | 'tally'>,
): Met {
  const { status, answeredBy } = group;
  // Who left before an answer got no page.
  if (answeredBy !== 'nginx' || status === 499 || group.upstreamStatuses.size === 0) return group;
  let tried = status;
  let most = 0;
  for (const [text, count] of group.upstreamStatuses) {
    const one = Number(text);
    if (one !== status && one >= 400 && count > most) {
      tried = one;
      most = count;
    }
  }
  // Where most of the requests asked no backend, the few that did are not what the others suffer from.
  if (tried === status || most * 2 < group.tally.count || (group.upstreamStatuses.get(String(status)) ?? 0) > most)
    return group;
  return { status: tried, answeredBy: tried === 502 || tried === 504 ? 'nginx' : 'backend' };
}
