import { type ReadOptions, readBlocks } from '../../../src/input/read.ts';

export interface ReadAll {
  readonly text: string;
  readonly lines: string[];
  readonly problems: string[];
  readonly bytesRead: number;
  readonly blockSizes: number[];
}

/** Everything a path gives, checked on the way for what every block promises. */
export async function readAll(path: string, options: Partial<ReadOptions> = {}): Promise<ReadAll> {
  const problems: string[] = [];
  const blockSizes: number[] = [];
  let text = '';
  let bytesRead = 0;
  let nextLine = 1;
  let open = false;
  const onBytes = (n: number): void => {
    bytesRead += n;
  };
  for await (const block of readBlocks(path, { onProblem: (s) => problems.push(s), onBytes, ...options })) {
    const piece = block.bytes.toString('latin1');
    const feeds = piece.split('\n').length - 1;
    if (open) throw new Error('a block follows one that did not end its last line');
    if (block.firstLine !== nextLine) throw new Error(`block says line ${block.firstLine}, it is ${nextLine}`);
    if (block.bytes.length === 0) throw new Error('empty block');
    open = !piece.endsWith('\n');
    if (block.lines !== feeds + (open ? 1 : 0)) throw new Error(`block says ${block.lines} lines, it has ${feeds}`);
    nextLine += block.lines;
    text += piece;
    blockSizes.push(block.bytes.length);
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { text, lines, problems, bytesRead, blockSizes };
}
