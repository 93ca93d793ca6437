/** What an analysis is told: everything it may not find out by itself. */
import type { Catalogue, Severity } from '../catalogue/types.ts';
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { AccessFormat } from '../nginx/access-line.ts';

export interface Zone {
  /** As the reader knows it: `Europe/Berlin`, `+02:00`, `UTC`. */
  readonly name: string;
  readonly from: 'option' | 'environment' | 'system';
  /** Minutes east of UTC when the wall clock reads `wall` (ms since 1970 as if UTC). */
  offsetAt(wall: number): number;
}

export interface Filters {
  readonly server: string | null;
  readonly path: string | null;
  readonly upstream: string | null;
  readonly cause: string | null;
  readonly minSeverity: Severity;
}

export interface AnalysisSettings {
  readonly catalogue: Catalogue;
  /** The nginx configuration's answers, or null without one. */
  readonly conf: ConfView | null;
  /** `1.22.1`; null: taken from the log's start-up notice where there is one. */
  readonly nginxVersion: string | null;
  /** The access log's format where stated; else the configuration's formats are tried, then the known ones. */
  readonly logFormat: AccessFormat | null;
  /** Epoch ms. */
  readonly since: number | null;
  readonly until: number | null;
  readonly zone: Zone;
  readonly filters: Filters;
  readonly redact: boolean;
  /** wslog's own version, for the report. */
  readonly version: string;
  /** Reads every line the plain way; for tests that compare. */
  readonly plain?: boolean;
}
