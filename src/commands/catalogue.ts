/** The catalogue a run uses: the shipped one, with the machine's and the user's own patterns on top. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { shippedCatalogue } from '../catalogue/shipped.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { SYSTEM_CONFIG_FOLDER, userConfigFolder } from '../config/file.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { Io } from './io.ts';

/** The folders of own patterns, in the order they are laid over the shipped ones. `--patterns` comes last and wins. */
export function patternFolders(settings: Settings, io: Io): string[] {
  const standing = [SYSTEM_CONFIG_FOLDER, userConfigFolder(io.env)]
    .filter((folder) => folder !== null)
    .map((folder) => join(folder, 'patterns.d'));
  const folders: string[] = [];
  for (const folder of standing) {
    if (isFolder(folder)) folders.push(folder);
  }
  const named = settings.text('patterns');
  if (named === null) return folders;
  requirePatterns(named, settings.where('patterns'));
  return [...folders, named];
}

/**
 * @param where what named the folder.
 * @throws UsageError when patterns could not be there: what a wrong name leaves out would not be missed.
 */
export function requirePatterns(folder: string, where: string): void {
  if (!isFolder(folder))
    throw new UsageError(`${where}: ${folder} is not a folder; name one that holds symptoms/ and causes/`);
  if (!['symptoms', 'causes'].some((kind) => isFolder(join(folder, kind)))) {
    throw new UsageError(`${where}: ${folder} has neither symptoms/ nor causes/; name the folder above them`);
  }
}

/**
 * Loads the catalogue.
 *
 * @throws UsageError naming the first pattern file that is wrong and how many more there are: a pattern that is left
 * out in silence is a failure that is overlooked.
 */
export async function catalogueFor(settings: Settings, io: Io): Promise<Catalogue> {
  const shipped = await shippedCatalogue();
  const folders = patternFolders(settings, io);
  if (folders.length === 0) return shipped;
  // The YAML parser and the schema are loaded only where there are own patterns.
  const { loadCatalogue } = await import('../catalogue/load.ts');
  const { catalogue, problems } = await loadCatalogue(folders, shipped);
  const first = problems[0];
  if (first === undefined) return catalogue;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more: wslog patterns test lists them)`;
  throw new UsageError(`${first}${more}`);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
