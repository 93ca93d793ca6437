/** Before any test: what runs as WebAssembly is compiled, and the programs that tests drive are installed, or the user is told which are missing. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { ensureLabPrograms } from './lab/setup.ts';

/** Tests of the sources need these as the sources have them now. */
const COMPILED = [
  { from: 'src/scanner', to: 'dist/findings/scanner.wasm', script: 'build:scanner' },
  { from: 'src/counter', to: 'dist/incident/counter.wasm', script: 'build:counter' },
];

function compile(): void {
  for (const { from, to, script } of COMPILED) {
    const made = statSync(to, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (readdirSync(from).some((name) => statSync(`${from}/${name}`).mtimeMs > made)) {
      execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit' });
    }
  }
}

export default function setup(): void {
  compile();
  try {
    ensureLabPrograms();
  } catch (error) {
    // The lab itself fails without them; the quick tests say what they skip.
    console.error(error instanceof Error ? error.message : String(error));
  }
}
