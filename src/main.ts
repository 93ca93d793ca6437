/** `main(argv, io) -> exit code`: the whole program without the process around it. */
import type { Io } from './commands/io.ts';
import { runProgram } from './commands/program.ts';
import { ownVersion } from './commands/version.ts';
import { UsageError } from './config/usage-error.ts';
import { showBlock, showText } from './safe/display.ts';

/**
 * Runs wslog.
 *
 * @param argv what follows the program's name.
 * @returns the exit code; never throws.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await runProgram(argv, io, ownVersion());
  } catch (error) {
    io.stderr.write(`wslog: ${showText(sentenceOf(error))}\n`);
    const isBug = !(error instanceof UsageError) && systemCode(error) === null;
    if (isBug && error instanceof Error) {
      if (io.env.WSLOG_DEBUG === '1') io.stderr.write(`${showBlock(error.stack ?? '')}\n`);
      else
        io.stderr.write('wslog: this is a bug in wslog; run it again with WSLOG_DEBUG=1 and report what it prints\n');
    }
    return 2;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  const code = systemCode(error);
  if (code !== null && error instanceof Error) {
    const path = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : '';
    return `cannot go on:${path} ${code}`;
  }
  return `unexpected: ${error instanceof Error ? error.message : String(error)}`;
}

/** `ENOSPC` of an error that the operating system made; null for any other. */
function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
