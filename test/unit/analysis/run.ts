/** Runs the analysis on texts, through files, as users do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnalysisIo, analyzeLogs, analyzeStreams } from '../../../src/analysis/analyze.ts';
import type { AnalysisSettings } from '../../../src/analysis/settings.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import type { LineBlock } from '../../../src/input/line-block.ts';
import type { ReportDocument } from '../../../src/report/document.ts';

export async function settings(overrides: Partial<AnalysisSettings> = {}): Promise<AnalysisSettings> {
  return {
    catalogue: await shippedCatalogue(),
    conf: null,
    nginxVersion: null,
    logFormat: null,
    since: null,
    until: null,
    zone: { name: 'UTC', from: 'system', offsetAt: () => 0 },
    filters: { server: null, path: null, upstream: null, cause: null, minSeverity: 'info' },
    redact: true,
    version: 'test',
    ...overrides,
  };
}

/** @param texts file names and their content as latin1, in the order in which they are named on the command line */
export async function analyzeTexts(
  texts: readonly (readonly [name: string, content: string | Buffer])[],
  overrides: Partial<AnalysisSettings> = {},
  sideBySide: AnalysisIo['sideBySide'] = {},
): Promise<ReportDocument> {
  const folder = mkdtempSync(join(tmpdir(), 'wslog-analysis-'));
  try {
    const sets = texts.map(([name, content]) => {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
      return { name: path, files: [{ path, bytes: content.length, mtimeMs: 0 }] };
    });
    const io = { stdin: process.stdin, onProgress: () => {}, sideBySide };
    return await analyzeLogs(sets, await settings(overrides), io);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same through streams that somebody else reads, in pieces of so many lines. */
export async function analyzePieces(
  texts: readonly (readonly [name: string, content: string])[],
  lines: number,
): Promise<{ document: ReportDocument; left: string[] }> {
  const left = new Set(texts.map(([name]) => name));
  async function* pieces(name: string, content: string): AsyncGenerator<LineBlock> {
    const all = content.split('\n').slice(0, -1);
    for (let at = 0; at < all.length; at += lines) {
      const part = all.slice(at, at + lines);
      yield { bytes: Buffer.from(`${part.join('\n')}\n`, 'latin1'), firstLine: at + 1, lines: part.length };
    }
    left.delete(name);
  }
  const streams = texts.map(([path, content]) => ({ path, blocks: pieces(path, content) }));
  const document = await analyzeStreams(streams, await settings(), { stdin: process.stdin, onProgress: () => {} });
  return { document, left: [...left] };
}

/** What must not depend on how the log was cut into files: everything but names and line numbers. */
export function essence(document: ReportDocument): string {
  const { incidents, accounting, endpoints, unknown, range } = document;
  return JSON.stringify({ incidents, accounting, endpoints, unknown, range }, (key, value: unknown) =>
    key === 'file' || key === 'line' ? undefined : value,
  );
}
