/** Where a file stands in the rotation of one log. */
export interface RotatedName {
  /** Name of the living log that the file was rotated from: `error.log` for `error.log.2.gz`. */
  readonly family: string;
  /** How the rotation is counted: by date, by number, or not at all (the living log). */
  readonly scheme: 'dated' | 'numbered' | 'living';
  /** Digits of the date, or of the number without leading zeros; '' for the living log. */
  readonly step: string;
  /** Name without the ending of a compressor: the plain twin of a packed file. */
  readonly plain: string;
  /** The name ends as a compressed file's does. */
  readonly packed: boolean;
}

const PACKED = /\.(?:gz|zst|bz2|xz)$/;
/** A day, with or without dashes, and what logrotate's `dateformat` may add to it: hour, minute, second or epoch. */
const DATE = String.raw`\d{4}-\d\d-\d\d(?:[-_T.]\d{1,10})?|(?:19|20)\d{6}(?:\d{2,6})?(?:[-_T.]\d{1,10})?`;
const DATED_END = new RegExp(`^(.+?)[-._](${DATE})$`);
const DATED_MIDDLE = new RegExp(`^(.+?)[-._](${DATE})(\\.[a-z]+)$`);
const NUMBERED_END = /^(.+)\.(\d{1,6})$/;
const NUMBERED_MIDDLE = /^(.+)\.(\d{1,6})(\.log)$/;

/**
 * Reads a file name as logrotate, nginx hosts and application loggers write them: `error.log.2.gz`,
 * `error.log-20261122.gz`, `error-2026-11-22.log`, `error.1.log`. Every name has an answer.
 */
export function rotatedName(name: string): RotatedName {
  const plain = name.replace(PACKED, '');
  const packed = plain !== name;
  const dated = DATED_END.exec(plain) ?? DATED_MIDDLE.exec(plain);
  if (dated !== null) {
    const [, stem = '', date = '', ending = ''] = dated;
    return { family: stem + ending, scheme: 'dated', step: date.replace(/\D/g, ''), plain, packed };
  }
  const numbered = NUMBERED_END.exec(plain) ?? NUMBERED_MIDDLE.exec(plain);
  if (numbered !== null) {
    const [, stem = '', number = '', ending = ''] = numbered;
    return { family: stem + ending, scheme: 'numbered', step: String(Number(number)), plain, packed };
  }
  return { family: plain, scheme: 'living', step: '', plain, packed };
}

const SCHEMES = ['dated', 'numbered', 'living'] as const;

/** Orders files of one family oldest first: dates upwards, then numbers downwards, then the living log. */
export function byAge(a: RotatedName, b: RotatedName): number {
  if (a.scheme !== b.scheme) return SCHEMES.indexOf(a.scheme) - SCHEMES.indexOf(b.scheme);
  if (a.scheme === 'numbered') return Number(b.step) - Number(a.step);
  return compareText(a.step, b.step);
}

/** Plain order of code units, the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const LOG_NAME = /(?:^|[-._])(?:log|access|error|errors|err)(?:\.(?:log|json|ndjson|txt|out))?$/i;

/** Whether the name looks like a log's, or like one rotated or packed from it. */
export function isLogName(name: string): boolean {
  return !name.startsWith('.') && LOG_NAME.test(rotatedName(name).family);
}
