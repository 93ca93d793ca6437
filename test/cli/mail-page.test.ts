/** The HTML part of a mail, as a mail program's engine shows it: on a telephone and on a desk, by day and by night. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openFile } from './browser.ts';
import { Folder, wslog } from './run.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
const folder = new Folder();
let browser: Browser;

/** The HTML of the mail that would be sent about a sample. */
async function mailOf(sample: string): Promise<string> {
  const logs = join(folder.path, sample);
  cpSync(join(SAMPLES, sample), logs, { recursive: true });
  const { stdout, code } = wslog(['summary', '--no-nginx-conf', '--mail-to', 'ops@example.com', '--dry-run', logs]);
  expect(code).toBe(0);
  const { html } = await PostalMime.parse(stdout);
  const path = join(folder.path, `${sample}.html`);
  writeFileSync(path, html ?? '');
  return path;
}

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  folder.remove();
});

describe.each(['incident', 'hostile'])('the mail about samples/%s', (sample) => {
  it.each(['light', 'dark'] as const)('reads well in %s, at any width', async (colorScheme) => {
    const path = await mailOf(sample);
    for (const width of [320, 800]) {
      const { page, complaints, close } = await openFile(browser, path, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      // The mail itself says no colour, and axe takes what is said by nobody for white.
      const behind = colorScheme === 'dark' ? '#1c1c1e' : '#ffffff';
      await page.evaluate(`document.documentElement.style.background = '${behind}'`);
      await page.addScriptTag({ path: AXE });
      // What a mail program puts around the mail is not the mail's: landmarks and headings of the page.
      const violations = await page.evaluate<string[]>(
        `axe.run({ runOnly: ['wcag2a', 'wcag2aa'] }).then((found) =>
          found.violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200) + ' ' + nodes[0].failureSummary))`,
      );
      expect(violations).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate('document.querySelectorAll("a, img, script, link, style, form, input").length')).toBe(
        1,
      );
      expect(complaints).toEqual([]);
      await close();
    }
  });
});
