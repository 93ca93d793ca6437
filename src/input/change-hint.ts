import { watch } from 'chokidar';

/** Calls `onChange` when something seems to have happened to one of the paths. Never relied on: polling is. */
export interface ChangeHint {
  close(): Promise<void>;
}

/**
 * @param onUnavailable told once, in a sentence, that the system gives no notifications (too few inotify watches).
 */
export function watchForChanges(
  paths: readonly string[],
  onChange: () => void,
  onUnavailable: (sentence: string) => void,
): ChangeHint {
  let told = false;
  const unavailable = (error: unknown): void => {
    if (told) return;
    told = true;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    onUnavailable(`file change notification is not available${code}: polling goes on, nothing is lost`);
  };
  try {
    const watcher = watch([...paths], { ignoreInitial: true, followSymlinks: true, atomic: false });
    watcher.on('all', onChange);
    watcher.on('error', unavailable);
    return { close: () => watcher.close() };
  } catch (error) {
    unavailable(error);
    return { close: () => Promise.resolve() };
  }
}
