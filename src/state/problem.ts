import type { Reader } from './reader.ts';

/** State cannot be kept or read; the message is a sentence. */
export class StateProblem extends Error {
  /** The disk is full, failing, or another process took too long: it may go by. */
  readonly passing: boolean;

  /** @param code of the error behind it. */
  constructor(message: string, code = '') {
    super(message);
    this.passing = /^(?:SQLITE_(?:FULL|IOERR|BUSY)|ENOSPC$|EDQUOT$|EIO$)/.test(code);
  }
}

/** Another wslog of the same kind keeps its state in the same folder. */
export class StateInUse extends Error {
  constructor(folder: string, reader: Reader, pid: number | null) {
    const what = reader === 'watch' ? 'another wslog' : `another wslog ${reader}`;
    const who = pid === null ? what : `${what} (process ${pid})`;
    super(`${who} keeps its state in ${folder}: end it first, or name another folder with --state`);
  }
}
