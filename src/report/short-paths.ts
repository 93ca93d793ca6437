/** Leaves out the folder that all inputs of a report share, so that a path leaves room for the line behind it. */
import type { ReportDocument, ReportIncident } from './document.ts';
import type { SummaryDocument } from './summary-document.ts';

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
  return {
    folder,
    document: {
      ...document,
      inputs: document.inputs.map((input) => ({ ...input, path: shortPath(input.path, folder) })),
      incidents: document.incidents.map((incident) => shortIncident(incident, folder)),
    },
  };
}

/** The same for a summary, whose inputs tell where they are. */
export function withShortSummaryPaths(document: SummaryDocument): SummaryDocument {
  const folder = commonFolder(document.inputs.map(({ path }) => path));
  if (folder === '' || folder === '/') return document;
  const incidents = document.incidents.map((item) => ({ ...item, incident: shortIncident(item.incident, folder) }));
  return { ...document, incidents };
}

function shortIncident(incident: ReportIncident, folder: string): ReportIncident {
  const short = <T extends { file: string | null }>(at: T) => ({ ...at, file: shortPath(at.file, folder) });
  return {
    ...incident,
    causes: incident.causes.map((cause) => ({ ...cause, evidence: cause.evidence.map(short) })),
    evidence: incident.evidence.map((line) => ({ ...line, file: shortPath(line.file, folder) })),
  };
}

function shortPath<T extends string | null>(path: T, folder: string): T | string {
  return path?.startsWith(folder) === true ? path.slice(folder.length) : path;
}
