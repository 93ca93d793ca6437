/** `wslog patterns`: the catalogue listed, shown, and tested. */
import type { Catalogue } from '../catalogue/types.ts';
import { escapeJson, showBlock, showText } from '../safe/display.ts';
import { catalogueFor, patternFolders, requirePatterns } from './catalogue.ts';
import { formatAmong } from './formats.ts';
import { entryOf } from './ids.ts';
import type { Invocation } from './invocation.ts';

const FORMATS = ['text', 'json'] as const;

/** Lists every cause and symptom, one a line. */
export async function listPatterns({ settings, io }: Invocation): Promise<number> {
  const catalogue = await catalogueFor(settings, io);
  const causes = [...catalogue.causes.values()].map(({ id, title, side }) => ({ id, kind: 'cause', side, title }));
  const symptoms = [...catalogue.symptoms.values()].map(({ id, title, role, severity, causes: likely }) => {
    return { id, kind: 'symptom', role, severity, title, causes: likely };
  });
  if (formatAmong(settings, FORMATS) === 'json') {
    io.stdout.write(`${escapeJson(JSON.stringify([...causes, ...symptoms], null, 2))}\n`);
    return 0;
  }
  const width = Math.max(...[...causes, ...symptoms].map(({ id }) => id.length));
  const line = (id: string, middle: string, title: string) =>
    showText(`  ${id.padEnd(width)}  ${middle.padEnd(9)}  ${title}`);
  const lines = [
    `${causes.length} causes: what is wrong`,
    ...causes.map(({ id, side, title }) => line(id, side, title)),
    '',
    `${symptoms.length} symptoms: what a line says`,
    ...symptoms.map(({ id, role, title }) => line(id, role, title)),
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** Shows one entry as its file states it. */
export async function showPattern({ operands, settings, io }: Invocation): Promise<number> {
  const found = entryOf(await catalogueFor(settings, io), operands[0] ?? '');
  const content = found.kind === 'cause' ? found.cause : found.symptom;
  if (formatAmong(settings, FORMATS) === 'json') {
    io.stdout.write(`${escapeJson(JSON.stringify(content, null, 2))}\n`);
    return 0;
  }
  const { stringify } = await import('yaml');
  io.stdout.write(showBlock(`# ${found.kind}\n${stringify(content, { lineWidth: 100 })}`));
  return 0;
}

/**
 * Proves the catalogue: every file is well-formed, every sample is recognised by its own symptom and by no other.
 *
 * @returns 1 when something is wrong with the patterns.
 */
export async function testPatterns({ operands, settings, io, messages }: Invocation): Promise<number> {
  const folder = operands[0];
  if (folder !== undefined) requirePatterns(folder, 'patterns test');
  const [{ shippedCatalogue }, { loadCatalogue }, { selfTest }, { answeredBy }] = await Promise.all([
    import('../catalogue/shipped.ts'),
    import('../catalogue/load.ts'),
    import('../catalogue/self-test.ts'),
    import('../findings/answered-by.ts'),
  ]);
  const folders = [...patternFolders(settings, io), ...(folder === undefined ? [] : [folder])];
  const shipped = await shippedCatalogue();
  const { catalogue, problems } =
    folders.length === 0 ? { catalogue: shipped, problems: [] } : await loadCatalogue(folders, shipped);
  const failures = [...problems, ...selfTest(catalogue, answeredBy).failures];
  for (const failure of failures) io.stdout.write(`${showBlock(failure)}\n`);
  const counted = sizeOf(catalogue);
  if (failures.length > 0) {
    io.stdout.write(`${failures.length} wrong in ${counted}\n`);
    return 1;
  }
  messages.notice(`${counted}: all samples are recognised, and only by their own symptom`);
  return 0;
}

function sizeOf(catalogue: Catalogue): string {
  const samples = [...catalogue.symptoms.values()].flatMap((s) => [
    ...s.samples.match,
    ...s.samples['no-match'],
  ]).length;
  return `${catalogue.symptoms.size} symptoms and ${catalogue.causes.size} causes with ${samples} samples`;
}
