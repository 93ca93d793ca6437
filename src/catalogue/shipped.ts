/** The catalogue that ships with the program. */
import { readFile } from 'node:fs/promises';
import type { Catalogue, Cause, Symptom } from './types.ts';

/** The compiled form: written by `build.ts` beside the compiled sources. */
export interface ShippedFile {
  readonly symptoms: readonly Symptom[];
  readonly causes: readonly Cause[];
}

let loading: Promise<Catalogue> | null = null;

/**
 * Reads the shipped catalogue once. A built package carries it as one checked JSON file, so that neither the YAML
 * parser nor the schema costs start-up time; a source tree has no such file and its `patterns/` folder is read.
 */
export function shippedCatalogue(): Promise<Catalogue> {
  loading ??= read();
  return loading;
}

async function read(): Promise<Catalogue> {
  const text = await readFile(new URL('./shipped.json', import.meta.url), 'utf8').catch(() => null);
  if (text !== null) return fromShipped(JSON.parse(text));
  const { loadCatalogue } = await import('./load.ts');
  const { fileURLToPath } = await import('node:url');
  return (await loadCatalogue([fileURLToPath(new URL('../../patterns', import.meta.url))])).catalogue;
}

function fromShipped(file: ShippedFile): Catalogue {
  return {
    symptoms: new Map(file.symptoms.map((symptom) => [symptom.id, symptom])),
    causes: new Map(file.causes.map((cause) => [cause.id, cause])),
  };
}
