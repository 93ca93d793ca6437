/** Build step: checks `patterns/` and writes it as one file beside this file. Run after the compiler. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from './load.ts';
import { SHIPPED_FILE, shippedBytes } from './shipped.ts';

const patterns = fileURLToPath(new URL('../../patterns', import.meta.url));
const { catalogue, problems } = await loadCatalogue([patterns]);
if (problems.length > 0 || catalogue.symptoms.size === 0) {
  throw new Error(
    `The catalogue cannot be built:\n${problems.join('\n') || `${patterns}: the folder: has no symptoms`}`,
  );
}
await writeFile(new URL(SHIPPED_FILE, import.meta.url), shippedBytes(catalogue));
