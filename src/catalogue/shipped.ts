/** The catalogue that ships with the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonMap, type Place } from './json-map.ts';
import type { Catalogue, Cause, Symptom } from './types.ts';

/**
 * The first line of the compiled form, which `build.ts` writes beside the compiled sources. What a usual run asks of few
 * entries or of none stands behind that line, each as a JSON text of its own: 1 ms less, and nothing of it for the
 * garbage collector to move.
 */
interface Head {
  readonly symptoms: readonly Omit<Symptom, 'samples'>[];
  /** Where the samples of each symptom are, and each cause, counted from the end of the line. */
  readonly samples: Readonly<Record<string, Place>>;
  readonly causes: Readonly<Record<string, Place>>;
}

const LF = 10;
/** Its name, beside this file once it is compiled. */
export const SHIPPED_FILE = 'shipped.catalogue';
const NO_SAMPLES: Symptom['samples'] = { match: [], 'no-match': [] };

let loading: Promise<Catalogue> | null = null;

/**
 * Reads the shipped catalogue once. A built package carries it as one checked file, so that neither the YAML
 * parser nor the schema costs start-up time; a source tree has no such file and its `patterns/` folder is read.
 */
export function shippedCatalogue(): Promise<Catalogue> {
  loading ??= read();
  return loading;
}

async function read(): Promise<Catalogue> {
  const bytes = builtFile();
  if (bytes !== null) return fromShipped(bytes);
  const { loadCatalogue } = await import('./load.ts');
  return (await loadCatalogue([join(import.meta.dirname, '../../patterns')])).catalogue;
}

function builtFile(): Buffer | null {
  try {
    return readFileSync(join(import.meta.dirname, SHIPPED_FILE));
  } catch {
    return null;
  }
}

/** What goes into the file for a catalogue: ASCII, so that a byte is a character. */
export function shippedBytes({ symptoms, causes }: Catalogue): Buffer {
  const texts: string[] = [];
  let end = 0;
  const place = (value: unknown): Place => {
    const text = ascii(value);
    texts.push(text);
    end += text.length;
    return [end - text.length, end];
  };
  const head: Head = {
    symptoms: [...symptoms.values()].map(({ samples: _, ...symptom }) => symptom),
    samples: Object.fromEntries([...symptoms.values()].map(({ id, samples }) => [id, place(samples)])),
    causes: Object.fromEntries([...causes.values()].map((cause) => [cause.id, place(cause)])),
  };
  return Buffer.from(`${ascii(head)}\n${texts.join('')}`, 'latin1');
}

function ascii(value: unknown): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, escaped);
}

/** The catalogue of a file's content. */
export function fromShipped(file: Buffer): Catalogue {
  const end = file.indexOf(LF);
  const head: Head = JSON.parse(file.toString('latin1', 0, end));
  const texts = file.subarray(end + 1);
  const samples = new JsonMap<Symptom['samples']>(texts, head.samples);
  const symptoms = new Map<string, Symptom>();
  for (const symptom of head.symptoms) {
    symptoms.set(symptom.id, {
      ...symptom,
      get samples() {
        return samples.get(symptom.id) ?? NO_SAMPLES;
      },
    });
  }
  return { symptoms, causes: new JsonMap<Cause>(texts, head.causes) };
}
