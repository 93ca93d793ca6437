/** What error_page hides, told by $upstream_status. */
import { describe, expect, it } from 'vitest';
import { metBeforeErrorPage } from '../../../src/incident/error-page.ts';
import { Tally } from '../../../src/incident/tally.ts';

/** Requests answered alike; `tried`: how often $upstream_status had which value. */
function met(status: number, answeredBy: 'nginx' | 'backend', hits: number, tried: Readonly<Record<string, number>>) {
  const tally = new Tally();
  for (let i = 0; i < hits; i++) tally.hit(i, null);
  const { status: was, answeredBy: by } = metBeforeErrorPage({
    status,
    answeredBy,
    tally,
    upstreamStatuses: new Map(Object.entries(tried)),
  });
  return `${was} by ${by}`;
}

describe('what was met before error_page', () => {
  it('is the failed attempt behind a page', () => {
    expect(met(200, 'nginx', 8, { 502: 8 })).toBe('502 by nginx');
    expect(met(404, 'nginx', 8, { 504: 8 })).toBe('504 by nginx');
    expect(met(503, 'nginx', 8, { 502: 16 })).toBe('502 by nginx');
  });

  it("is the backend's own refusal where nginx intercepts it", () => {
    expect(met(200, 'nginx', 8, { 404: 8 })).toBe('404 by backend');
    expect(met(302, 'nginx', 8, { 401: 8 })).toBe('401 by backend');
  });

  it('is the answer itself where nothing was replaced', () => {
    expect(met(404, 'nginx', 8, {})).toBe('404 by nginx');
    expect(met(502, 'nginx', 8, { 502: 8 })).toBe('502 by nginx');
    expect(met(200, 'backend', 8, { 502: 8, 200: 8 })).toBe('200 by backend');
    expect(met(499, 'nginx', 8, { 504: 8 })).toBe('499 by nginx');
  });

  it('is the answer itself where few of the requests asked a backend', () => {
    expect(met(404, 'nginx', 100, { 502: 3 })).toBe('404 by nginx');
  });
});
