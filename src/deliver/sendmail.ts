/** Hands a mail to this machine's own mail system: `sendmail -t -i`, which Postfix, Exim, OpenSMTPD and msmtp all have. */
import { spawn } from 'node:child_process';
import { showText } from '../safe/display.ts';
import type { Outcome } from './outcome.ts';

const PATIENCE_MS = 60_000;
const MAX_SAID = 500;
const SENTENCE_END = /[.\s]*$/;

/**
 * @param program absolute path.
 * @param message with CRLF; programs that are given mails on standard input want LF.
 */
export async function sendBySendmail(program: string, message: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    let said = '';
    let done = false;
    const settle = (outcome: Outcome): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve(outcome);
    };
    // Neither recipients nor anything of the message are among its arguments.
    const child = spawn(program, ['-t', '-i'], { stdio: ['pipe', 'ignore', 'pipe'], shell: false });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle({ kind: 'unknown', sentence: `${program} did not end within ${PATIENCE_MS / 1000} s` });
    }, PATIENCE_MS);
    child.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message;
      settle({ kind: 'refused', sentence: `${program} cannot be started (${code})` });
    });
    child.stderr.on('data', (piece: Buffer) => {
      if (said.length < MAX_SAID) said += piece.toString('utf8');
    });
    child.on('close', (code, signal) => {
      const words = showText(said.slice(0, MAX_SAID).trim().replace(/\s+/g, ' ')).replace(SENTENCE_END, '');
      if (code === 0) settle({ kind: 'accepted', notice: words === '' ? null : `${program} said: ${words}` });
      else if (code === null) settle({ kind: 'unknown', sentence: `${program} was ended by ${String(signal)}` });
      else settle({ kind: 'refused', sentence: `${program} ended with ${code}${words === '' ? '' : `: ${words}`}` });
    });
    // A program that ends early closes the pipe; its exit code tells more than the broken pipe does.
    child.stdin.on('error', () => undefined);
    child.stdin.end(message.toString('utf8').replaceAll('\r\n', '\n'));
  });
}
