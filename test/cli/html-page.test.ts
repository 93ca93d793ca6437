/** The HTML report as a reader opens it: in a browser, from disk, on a phone or a desk, with a keyboard, in the dark. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openFile } from './browser.ts';
import { Folder, wslog } from './run.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));
const folder = new Folder();
const incident = join(folder.path, 'incident.html');
const hostile = join(folder.path, 'hostile.html');
let browser: Browser;

/** What attackers try in pages: elements, attributes, links, styles, entities, and ends of what they stand in. */
const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</code></pre></details><iframe src=javascript:alert(1)>',
  '</title></style></script><script>alert(2)</script>',
  '<a href="javascript:alert(1)">x</a>',
  '<meta http-equiv=refresh content=0;url=//evil.test>',
  '&lt;script&gt;alert(3)&lt;/script&gt;',
  '--><!--<img src=//evil.test/x>',
  '<style>@import "//evil.test/x.css"</style>',
  '$' + '{alert(4)}{{constructor.constructor("alert(5)")()}}',
  '<base href=//evil.test/><form action=//evil.test><input autofocus onfocus=alert(6)>',
];

function hostileLogs(): { error: string; access: string } {
  const error: string[] = [];
  const access: string[] = [];
  for (const [index, attack] of ATTACKS.entries()) {
    for (let n = 0; n < 4; n++) {
      const at = `12:06:${String(index * 4 + n).padStart(2, '0')}`;
      error.push(
        `2026/11/22 ${at} [error] 7#7: *${index * 4 + n} connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.${index + 1}, server: ${attack.replace(/[,\s]/g, '')}, request: "GET /ws/${attack} HTTP/1.1", upstream: "http://10.0.0.5:8080/ws/${attack}", host: "${attack}", referrer: "${attack}"`,
        `2026/11/22 ${at} [error] 7#7: something new ${attack}`,
      );
      const quoted = attack.replaceAll('"', '\\x22');
      access.push(
        `192.0.2.${index + 1} - - [22/Nov/2026:${at} +0000] "GET /ws/${quoted} HTTP/1.1" 502 157 "${quoted}" "${quoted}"`,
      );
    }
  }
  return { error: `${error.join('\n')}\n`, access: `${access.join('\n')}\n` };
}

beforeAll(async () => {
  browser = await launchBrowser();
  const sample = join(SAMPLES, 'incident');
  const made = wslog(['analyze', '-c', join(sample, 'nginx.conf'), sample, '--format', 'html', '-o', incident]);
  expect(made.code, made.stderr).toBe(0);
  const { error, access } = hostileLogs();
  const logs = [folder.write('error.log', error), folder.write('access.log', access)];
  expect(wslog(['analyze', '--all', ...logs, '--format', 'html', '-o', hostile]).code).toBe(0);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  folder.remove();
});

/** Names of all elements, and of all attributes with what they stand on. */
function markup(page: Page): Promise<{ elements: string[]; attributes: string[]; links: string[] }> {
  return page.evaluate(`(() => {
    const all = [...document.querySelectorAll('*')];
    const unique = (names) => [...new Set(names)].sort();
    return {
      elements: unique(all.map((element) => element.localName)),
      attributes: unique(all.flatMap((element) => element.getAttributeNames())),
      links: unique(['href', 'src'].flatMap((name) => all.map((element) => element.getAttribute(name)))).filter(Boolean),
    };
  })()`);
}

/** Shows whatever is folded. */
const OPEN_ALL = `document.querySelectorAll('details').forEach((one) => { one.open = true; })`;

describe('the page', () => {
  it('says the verdict first, then when, who, why, what to change and how to check', async () => {
    const { page, complaints, close } = await openFile(browser, incident);
    expect(await page.textContent('h1')).toBe('Nothing listens on 10.0.0.5:8080');
    expect(await page.title()).toBe('WebSocket report: chat.example.com');
    const headings = await page.locator('h2').allTextContents();
    expect(headings).toEqual([
      'Over time',
      'Incidents',
      'Endpoints',
      'What these logs cannot tell, and other notes',
      'What was read',
    ]);
    const charts = await page
      .locator('.timeline svg')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(
      charts.some((label) => /^Failures by cause: 113, .*backend-refused 92, idle-timeout 21/.test(label ?? '')),
    ).toBe(true);
    expect(await page.locator('.events').textContent()).toMatch(
      /nginx started its workers[\s\S]*nginx was told to stop/,
    );
    const idle = page.locator('#incident-2');
    expect(await idle.locator('h4').allTextContents()).toEqual([
      'Why',
      'Who is hit',
      'Configuration',
      'Fix',
      'The change to your configuration',
      'Check that it helped',
      'Log lines',
    ]);
    expect(await idle.locator('.diff ins').textContent()).toContain('proxy_read_timeout 1h;');
    const lengths = await page
      .locator('#endpoints ~ div svg')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(lengths).toContain('Lengths of 28 sessions, from 38 s to 1 min 3 s; 21 of them lasted 60 s');
    expect(complaints).toEqual([]);
    await close();
  });

  it('marks the guilty line of the configuration', async () => {
    const path = join(folder.path, 'idle.html');
    const sample = join(SAMPLES, 'idle-timeout');
    wslog(['analyze', '-c', join(sample, 'nginx.conf'), sample, '--format', 'html', '-o', path]);
    const { page, close } = await openFile(browser, path);
    expect(await page.locator('#incident-1 mark').textContent()).toMatch(/^25 .*proxy_read_timeout 2s;/);
    await close();
  });

  it.each(['light', 'dark'] as const)('passes axe in %s, on a phone and on a desk', async (colorScheme) => {
    for (const width of [390, 1280]) {
      const { page, close } = await openFile(browser, incident, {
        colorScheme,
        viewport: { width, height: 800 },
        bypassCSP: true,
      });
      await page.evaluate(OPEN_ALL);
      await page.addScriptTag({ path: AXE });
      const violations = await page.evaluate<string[]>(
        `axe.run().then((found) => found.violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`,
      );
      expect(violations).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await close();
    }
  });

  it('works with the keyboard', async () => {
    const { page, close } = await openFile(browser, incident);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the incidents');
    await page.keyboard.press('/');
    await page.keyboard.type('orders');
    const told = page.locator('output');
    await expect.poll(() => told.textContent()).toBe('1 of 3 incidents');
    expect(await page.locator('details.incident:visible').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('details.incident:visible').count()).toBe(3);
    const third = page.locator('#incident-3');
    await third.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await third.getAttribute('open')).toBe('');
    await page.keyboard.press('Enter');
    expect(await third.getAttribute('open')).toBe(null);
    await page.locator('a[href="#incident-3"]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => third.getAttribute('open')).toBe('');
    await close();
  });

  it('is complete without its script, and opens what is folded when it is printed', async () => {
    const still = await openFile(browser, incident, { javaScriptEnabled: false });
    expect(await still.page.locator('.tools').isVisible()).toBe(false);
    expect(await still.page.locator('#incident-1').isVisible()).toBe(true);
    await still.page.locator('#incident-3 summary').click();
    expect(await still.page.locator('#incident-3 .lead').isVisible()).toBe(true);
    await still.close();
    const { page, close } = await openFile(browser, incident);
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.locator('details.incident[open]').count()).toBe(3);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await page.locator('details.incident[open]').count()).toBe(2);
    await close();
  });
});

describe('hostile logs', () => {
  it('make no element, attribute, link, request, dialog or message', async () => {
    const bad = await openFile(browser, hostile);
    const good = await openFile(browser, incident);
    const [made, own] = await Promise.all([markup(bad.page), markup(good.page)]);
    // A page of other incidents may lack some of the page's own elements, and have no other.
    const known = new Set([...own.elements, 'pre', 'br', 'b']);
    expect(made.elements.filter((name) => !known.has(name))).toEqual([]);
    const attributes = new Set([...own.attributes, 'id']);
    expect(made.attributes.filter((name) => !attributes.has(name))).toEqual([]);
    expect(made.links.filter((link) => !/^#(?:content|incident-\d+)$/.test(link))).toEqual([]);
    expect(await bad.page.locator('script').count()).toBe(1);
    expect(await bad.page.textContent('main')).toContain('<script>alert(1)</script>');
    // Everything folded is shown, everything is searched, everything is clicked.
    await bad.page.evaluate(OPEN_ALL);
    await bad.page.keyboard.press('/');
    await bad.page.keyboard.type('<script>');
    await expect.poll(() => bad.page.locator('output').textContent()).toMatch(/^\d+ of \d+ incidents$/);
    expect(bad.complaints).toEqual([]);
    await Promise.all([bad.close(), good.close()]);
  });
});
