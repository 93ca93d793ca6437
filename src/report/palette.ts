/** The colours of the text report. Only these sequences ever reach a terminal. */
import type { Severity } from '../catalogue/types.ts';

export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly command: (text: string) => string;
  readonly against: (text: string) => string;
  readonly severity: (severity: Severity, text: string) => string;
}

function sgr(on: number, off: number): (text: string) => string {
  return (text) => (text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`);
}

const plain = (text: string): string => text;

const COLOURS: Record<Severity, number> = { critical: 31, error: 31, warning: 33, info: 36 };

export function palette(color: boolean): Palette {
  if (!color) return { bold: plain, dim: plain, command: plain, against: plain, severity: (_, text) => text };
  const bold = sgr(1, 22);
  return {
    bold,
    dim: sgr(2, 22),
    command: sgr(36, 39),
    against: sgr(33, 39),
    severity: (severity, text) => {
      const coloured = sgr(COLOURS[severity], 39)(text);
      return severity === 'critical' ? bold(coloured) : coloured;
    },
  };
}
