import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import type { Cause, Symptom } from '../../../src/catalogue/types.ts';
import { explainCause, explainSymptom } from '../../../src/report/explain-page.ts';

const { catalogue } = await loadCatalogue([fileURLToPath(new URL('../../../patterns', import.meta.url))]);
const causes = [...catalogue.causes.values()];
const symptoms = [...catalogue.symptoms.values()];

const SGR = /\x1b\[\d+m/g;

function cause(id: string): Cause {
  const found = catalogue.causes.get(id);
  if (found === undefined) throw new Error(`no cause ${id}`);
  return found;
}

/** Lines that are there to be copied; they are never broken. */
function verbatim(entry: Cause | Symptom): Set<string> {
  const texts =
    'fix' in entry
      ? [
          ...entry.fix.steps.flatMap((step) => [step.nginx ?? '', step.run ?? '']),
          ...entry.verify.map((check) => check.run),
          ...(entry.references ?? []),
        ]
      : entry.samples.match.map((sample) => sample.line);
  return new Set(
    texts
      .flatMap((text) =>
        text
          .replace(/\{([a-z]+)\}/g, (_, name: string) => (name === 'path' ? '/PATH' : name.toUpperCase()))
          .split('\n'),
      )
      .map((line) => line.trim()),
  );
}

describe('the page of a cause', () => {
  it.each([60, 80, 140])('fits %i columns, but for what is there to be copied', (columns) => {
    for (const entry of causes) {
      const copied = verbatim(entry);
      for (const line of explainCause(entry, false, columns).split('\n')) {
        if (!copied.has(line.trim())) expect(stringWidth(line), `${entry.id}: ${line}`).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('is plain ASCII without colour', () => {
    for (const entry of causes) expect(explainCause(entry, false, 80)).toMatch(/^[\x20-\x7e\n]+$/);
  });

  it('differs with colour by colour alone', () => {
    for (const entry of causes) {
      const coloured = explainCause(entry, true, 80);
      expect(coloured).toMatch(SGR);
      expect(coloured.replace(SGR, '')).toBe(explainCause(entry, false, 80));
    }
  });

  it('says everything the file holds', () => {
    const entry = cause('idle-timeout');
    const flat = explainCause(entry, false, 80).replace(/\s+/g, ' ');
    for (const text of [
      entry.fix.summary,
      ...entry.fix.steps.flatMap((step) => [step.do, step.why ?? '', step.risk ?? '']),
      ...entry.verify.map((check) => check.expect),
      ...(entry.myths ?? []).flatMap((myth) => [myth.claim, myth.truth]),
      ...(entry.references ?? []),
      'proxy_read_timeout',
    ]) {
      expect(flat).toContain(text.replace(/\s+/g, ' ').trim());
    }
  });

  it('keeps paragraphs apart and ends with one line feed', () => {
    const page = explainCause(cause('backend-refused'), false, 80);
    expect(page).toMatch(/[^\n]\n$/);
    expect(page).not.toMatch(/\n\n\n/);
    expect(page).not.toMatch(/[ \t]\n/);
  });

  it('shows what to put in where a report would fill a name in', () => {
    const page = explainCause(cause('backend-refused'), false, 80);
    expect(page).toContain('http://UPSTREAM/');
    expect(page).toContain('http://SERVER/PATH');
    expect(page).not.toMatch(/\{(upstream|server|path)\}/);
  });

  it('names the block a snippet belongs to', () => {
    const page = explainCause(cause('upgrade-headers-missing'), false, 80);
    expect(page).toContain('In the location block:');
    expect(page).toContain('In the http block:');
  });

  it('lists the strongest evidence first', () => {
    const page = explainCause(cause('proxy-http-version'), false, 80);
    expect(page.indexOf('+++')).toBeLessThan(page.indexOf('+  '));
  });

  it('lets no control character of a file of somebody else through', () => {
    const base = cause('backend-refused');
    const nasty = 'a\x1b]0;x\x07b\u202ec\u0085d';
    const page = explainCause(
      {
        ...base,
        title: nasty,
        explain: nasty,
        evidence: { for: [{ fact: 'symptom', is: nasty, weight: 1, text: nasty }], against: [] },
        fix: { summary: nasty, steps: [{ do: nasty, why: nasty, nginx: nasty, run: nasty, risk: nasty }] },
        verify: [{ run: nasty, expect: nasty }],
        versions: [{ when: nasty, note: nasty }],
        myths: [{ claim: nasty, truth: nasty }],
        references: [nasty],
        owner: nasty,
        directive: nasty,
      },
      false,
      80,
    );
    expect(page).toMatch(/^[\x20-\x7e\n]+$/);
    expect(page).toContain('a\\x1b]0;x\\x07b\\u202ec\\x85d');
  });
});

describe('the page of a symptom', () => {
  it.each([60, 80, 140])('fits %i columns, but for the lines of log', (columns) => {
    for (const entry of symptoms) {
      const copied = verbatim(entry);
      for (const line of explainSymptom(entry, false, columns).split('\n')) {
        if (!copied.has(line.trim()) && !line.includes('\\x')) {
          expect(stringWidth(line), `${entry.id}: ${line}`).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  it('differs with colour by colour alone', () => {
    for (const entry of symptoms) {
      expect(explainSymptom(entry, true, 80).replace(SGR, '')).toBe(explainSymptom(entry, false, 80));
    }
  });

  it('names level, status, causes, and shows a line', () => {
    const entry = catalogue.symptoms.get('upstream-connect-refused');
    if (entry === undefined) throw new Error('no such symptom');
    const page = explainSymptom(entry, false, 80);
    expect(page).toContain('connect() failed (111: Connection refused)');
    expect(page).toContain('- backend-refused');
    expect(page).toContain('wslog explain backend-refused');
    expect(page).toMatch(/Logged at +\S/);
  });

  it('says that a routine line is normal and has no severity', () => {
    const routine = symptoms.find((entry) => entry.role === 'routine');
    if (routine === undefined) throw new Error('no routine symptom');
    const page = explainSymptom(routine, false, 80);
    expect(page).toContain('normal');
    expect(page).not.toContain('Severity');
  });
});
