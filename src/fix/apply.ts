/** Writes changed files: each with a backup beside it, all or none. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface FileChange {
  /** The real file: no symbolic link. */
  readonly path: string;
  /** Text as latin1, as it was read and as it shall be. */
  readonly before: string;
  readonly after: string;
  /** Where the old text is kept. */
  readonly backup: string;
}

/** A file could not be written; nothing has changed. The message is a sentence. */
export class WriteError extends Error {}

interface Staged extends FileChange {
  readonly temporary: string;
}

/**
 * Writes every new text beside its file, keeps the old one as the backup, then puts the new ones in place. Owner and
 * mode stay.
 * @throws WriteError when a file was changed meanwhile or cannot be written
 */
export async function applyChanges(changes: readonly FileChange[]): Promise<void> {
  const staged: Staged[] = [];
  const backups: string[] = [];
  const placed: Staged[] = [];
  try {
    for (const change of changes) {
      const { path, before, after, backup } = change;
      if ((await readFile(path, 'latin1')) !== before)
        throw new WriteError(`${path} was changed by somebody else just now`);
      // A leading dot keeps it out of every `include …/*`, should nginx be reloaded in this moment.
      const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
      await writeLike(path, temporary, after);
      staged.push({ ...change, temporary });
      await writeLike(path, backup, before);
      backups.push(backup);
    }
    for (const file of staged) {
      await rename(file.temporary, file.path);
      placed.push(file);
    }
  } catch (error) {
    for (const { backup, path } of placed) await rename(backup, path).catch(() => undefined);
    for (const { temporary } of staged) await unlink(temporary).catch(() => undefined);
    for (const backup of backups) await unlink(backup).catch(() => undefined);
    if (error instanceof WriteError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const path = error instanceof Error && 'path' in error ? String(error.path) : 'the files';
    throw new WriteError(`cannot write ${path} (${code}); nothing was changed`);
  }
}

/** A new file with the owner and mode of another. */
async function writeLike(model: string, path: string, text: string): Promise<void> {
  const { uid, gid, mode } = await stat(model);
  // 'wx' never follows or reuses what somebody else put at this name.
  const file = await open(path, 'wx', 0o600);
  try {
    await writeAll(file, Buffer.from(text, 'latin1'));
    const made = await file.stat();
    if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  // A nearly full disk takes a part of the bytes and reports no error until the next call.
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}
