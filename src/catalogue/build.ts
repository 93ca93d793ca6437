/** Build step: checks `patterns/` and writes it as `shipped.json` beside this file. Run after the compiler. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from './load.ts';
import { shippedText } from './shipped.ts';

const patterns = fileURLToPath(new URL('../../patterns', import.meta.url));
const { catalogue, problems } = await loadCatalogue([patterns]);
if (problems.length > 0 || catalogue.symptoms.size === 0) {
  throw new Error(
    `The catalogue cannot be built:\n${problems.join('\n') || `${patterns}: the folder: has no symptoms`}`,
  );
}
await writeFile(new URL('./shipped.json', import.meta.url), shippedText(catalogue));
