/**
 * Makes the README's pictures from the shipped samples and the built program: `npm run pictures`. Each is one test
 * here. Run it when what they show has changed, and look at them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openFile } from '../cli/browser.ts';
import { wslog } from '../cli/run.ts';
import { mailPage } from './mail.ts';
import { Replay } from './replay.ts';
import { Terminal, terminalSvg } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = join(ROOT, 'dist/cli.cjs');
const SAMPLE = 'samples/incident';
const HERE = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wslog-pictures-'));
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page as WebP, from its top. */
async function photograph(
  path: string,
  name: string,
  colorScheme: 'light' | 'dark',
  height: number,
  width = 1120,
): Promise<void> {
  const viewport = { width, height };
  const { page, complaints, close } = await openFile(browser, path, { viewport, colorScheme, deviceScaleFactor: 1.5 });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  writeFileSync(join(HERE, name), Buffer.from(data, 'base64'));
  expect(complaints).toEqual([]);
  await close();
}

it('the page', async () => {
  const path = join(folder, 'report.html');
  const made = wslog(['analyze', '-c', `${SAMPLE}/nginx.conf`, SAMPLE, '--format', 'html', '-o', path], { cwd: ROOT });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  await photograph(path, 'page.webp', 'light', 1240);
  await photograph(path, 'page-dark.webp', 'dark', 1240);
});

it('the mail', async () => {
  const logs = ['error.log', 'access.log'].map((name) => `${SAMPLE}/${name}`);
  const options = [
    '--dry-run',
    '--mail-to',
    'ops@example.com',
    '--no-nginx-conf',
    '--no-state',
    '-S',
    '2026-11-23 00:31',
  ];
  const made = wslog(['summary', ...options, ...logs], { cwd: ROOT });
  expect(made.code, made.stderr).toBe(0);
  const path = join(folder, 'mail.html');
  writeFileSync(path, await mailPage(made.stdout));
  await photograph(path, 'mail.webp', 'light', 900, 700);
});

it('the screen', async () => {
  const [columns, rows] = [112, 34];
  const files = ['error.log', 'access.log'].map((name): [string, string] => [
    join(ROOT, SAMPLE, name),
    join(folder, name),
  ]);
  // From well before the first incident to a while into the second.
  const replay = new Replay(new Map(files), Date.parse('2026-11-23T00:31:05Z'));
  const logs = files.map(([, copy]) => `'${copy}'`).join(' ');
  const command = `'${process.execPath}' '${CLI}' watch --no-nginx-conf --from-start ${logs}`;
  const terminal = new Terminal(command, columns, rows, `STATE_DIRECTORY='${join(folder, 'state')}'`);
  try {
    const end = Date.now() + 98_000;
    while (Date.now() < end) {
      replay.advance();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const screen = terminal.shown();
    writeFileSync(
      join(HERE, 'screen.svg'),
      terminalSvg(screen.replaceAll(folder, '/var/log/nginx'), columns, 'wslog watch'),
    );
    expect(screen).toContain('Nothing listens on 10.0.0.5:8080');
    expect(screen).toContain('nginx cut idle');
  } finally {
    terminal.close();
  }
}, 180_000);
