/** The catalogue that ships with the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonMap } from './json-map.ts';
import type { Catalogue, Cause, Symptom } from './types.ts';

/**
 * The compiled form: written by `build.ts` beside the compiled sources. What a usual run asks of few entries or of none
 * is kept as text in the text, which takes 1 ms to read where all of it took 3.
 */
export interface ShippedFile {
  readonly symptoms: readonly Omit<Symptom, 'samples'>[];
  /** The samples of each symptom, and each cause, by their ids: JSON. */
  readonly samples: Readonly<Record<string, string>>;
  readonly causes: Readonly<Record<string, string>>;
}

const NO_SAMPLES: Symptom['samples'] = { match: [], 'no-match': [] };

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
  const text = builtFile();
  if (text !== null) return fromShipped(JSON.parse(text));
  const { loadCatalogue } = await import('./load.ts');
  return (await loadCatalogue([join(import.meta.dirname, '../../patterns')])).catalogue;
}

function builtFile(): string | null {
  try {
    return readFileSync(join(import.meta.dirname, 'shipped.json'), 'latin1');
  } catch {
    return null;
  }
}

/** What goes into the file for a catalogue: ASCII, which is the quickest to read. */
export function shippedText({ symptoms, causes }: Catalogue): string {
  const file: ShippedFile = {
    symptoms: [...symptoms.values()].map(({ samples: _, ...symptom }) => symptom),
    samples: Object.fromEntries([...symptoms.values()].map(({ id, samples }) => [id, JSON.stringify(samples)])),
    causes: Object.fromEntries([...causes.values()].map((cause) => [cause.id, JSON.stringify(cause)])),
  };
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(file).replace(/[\u0080-\uffff]/g, escaped);
}

/** The catalogue of a file's content. */
export function fromShipped(file: ShippedFile): Catalogue {
  const samples = new JsonMap<Symptom['samples']>(file.samples);
  const symptoms = new Map<string, Symptom>();
  for (const symptom of file.symptoms) {
    symptoms.set(symptom.id, {
      ...symptom,
      get samples() {
        return samples.get(symptom.id) ?? NO_SAMPLES;
      },
    });
  }
  return { symptoms, causes: new JsonMap<Cause>(file.causes) };
}
