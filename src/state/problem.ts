/** State cannot be kept or read; the message is a sentence. */
export class StateProblem extends Error {}

/** Another wslog keeps its state in the same folder. */
export class StateInUse extends Error {
  constructor(folder: string, pid: number | null) {
    const who = pid === null ? 'another wslog' : `another wslog (process ${pid})`;
    super(`${who} keeps its state in ${folder}: end it first, or name another folder with --state`);
  }
}
