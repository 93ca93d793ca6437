/** How text from a log enters the report document: made safe to show, and without its secrets. */
import { showBytes, showText } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';

export interface Show {
  /** Bytes of a log, as latin1. */
  bytes(raw: string): string;
  /** A sentence that may quote a log. */
  text(text: string): string;
}

export function shower(redacting: boolean): Show {
  if (!redacting) return { bytes: showBytes, text: showText };
  return { bytes: (raw) => redact(showBytes(raw)), text: (text) => redact(showText(text)) };
}
