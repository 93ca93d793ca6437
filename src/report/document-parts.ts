/** What a report document is made from. */
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import type { Endpoint } from '../findings/keys.ts';
import type { ProcessEvent, SessionGroup } from '../incident/groups.ts';
import type { WebSocketVerdicts } from '../incident/websocket.ts';
import type { ReportDocument, ReportInput, ReportNote } from './document.ts';

export interface DocumentParts {
  readonly version: string;
  readonly inputs: readonly ReportInput[];
  readonly accounting: ReportDocument['accounting'];
  /** Raw templates of lines nothing recognised. */
  readonly unknown: readonly { template: string; count: number; example: string }[];
  readonly diagnoses: readonly Diagnosis[];
  readonly sessions: ReadonlyMap<Endpoint, SessionGroup>;
  readonly verdicts: WebSocketVerdicts;
  readonly events: readonly ProcessEvent[];
  readonly notes: readonly ReportNote[];
  /** Epoch seconds; infinite when no line had a time. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly conf: ConfView | null;
  /** Names of the inputs, by index. */
  readonly paths: readonly string[];
  readonly redact: boolean;
}
