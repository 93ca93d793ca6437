import type { Reader } from './reader.ts';

/** State cannot be kept or read; the message is a sentence. */
export class StateProblem extends Error {}

/** Another wslog of the same kind keeps its state in the same folder. */
export class StateInUse extends Error {
  constructor(folder: string, reader: Reader, pid: number | null) {
    const what = reader === 'watch' ? 'another wslog' : `another wslog ${reader}`;
    const who = pid === null ? what : `${what} (process ${pid})`;
    super(`${who} keeps its state in ${folder}: end it first, or name another folder with --state`);
  }
}
