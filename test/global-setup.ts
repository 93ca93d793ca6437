/** Before any test: the scanner is compiled, and the programs that tests drive are installed, or the user is told which are missing. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { ensureLabPrograms } from './lab/setup.ts';

const SCANNER = 'src/scanner';
const COMPILED = 'dist/findings/scanner.wasm';

/** Tests of the sources need the scanner as the sources have it now. */
function compileScanner(): void {
  const made = statSync(COMPILED, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (readdirSync(SCANNER).some((name) => statSync(`${SCANNER}/${name}`).mtimeMs > made)) {
    execFileSync('npm', ['run', '--silent', 'build:scanner'], { stdio: 'inherit' });
  }
}

export default function setup(): void {
  compileScanner();
  try {
    ensureLabPrograms();
  } catch (error) {
    // The lab itself fails without them; the quick tests say what they skip.
    console.error(error instanceof Error ? error.message : String(error));
  }
}
