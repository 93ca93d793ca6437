/** Leaves out the folder that all inputs of a report share, so that a path leaves room for the line behind it. */
import type { ReportDocument } from './document.ts';

/** The folder that holds all the paths, with its slash; empty where they share none. */
function commonFolder(paths: readonly string[]): string {
  const [first, ...others] = paths;
  if (first === undefined) return '';
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  for (const path of others) {
    while (!path.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}

/** The report with paths relative to the folder its inputs share, and that folder, or null where nothing was cut. */
export function withShortPaths(document: ReportDocument): { document: ReportDocument; folder: string | null } {
  const folder = commonFolder(document.inputs.map(({ path }) => path));
  if (folder === '' || folder === '/') return { document, folder: null };
  const short = <T extends string | null>(path: T) => (path?.startsWith(folder) ? path.slice(folder.length) : path);
  return {
    folder,
    document: {
      ...document,
      inputs: document.inputs.map((input) => ({ ...input, path: short(input.path) })),
      incidents: document.incidents.map((incident) => ({
        ...incident,
        causes: incident.causes.map((cause) => ({
          ...cause,
          evidence: cause.evidence.map((evidence) => ({ ...evidence, file: short(evidence.file) })),
        })),
        evidence: incident.evidence.map((evidence) => ({ ...evidence, file: short(evidence.file) })),
      })),
    },
  };
}
