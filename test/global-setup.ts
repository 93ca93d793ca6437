/** Before any test: the programs that tests drive are installed, or the user is told which are missing. */
import { ensureLabPrograms } from './lab/setup.ts';

export default function setup(): void {
  try {
    ensureLabPrograms();
  } catch (error) {
    // The lab itself fails without them; the quick tests say what they skip.
    console.error(error instanceof Error ? error.message : String(error));
  }
}
