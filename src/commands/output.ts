/** Where results go: standard output, or a file that is replaced whole or not at all. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../config/usage-error.ts';

/** Writes to a stream, waiting where the reader is slower. */
export async function writeOut(stream: NodeJS.WritableStream, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (!stream.write(piece)) await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
  }
}

/**
 * Writes a file so that a reader sees either the old content or all of the new one: to a temporary file beside it,
 * flushed, then renamed over it. Devices and pipes are written directly. A symbolic link stays and its target changes.
 *
 * @throws UsageError when the folder or the file cannot be written; the old content is then still there.
 */
export async function writeFileWhole(path: string, pieces: Iterable<string>): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const existing = await stat(target).catch(() => null);
  try {
    if (existing?.isDirectory() === true) throw new UsageError(`--output ${path} is a folder; name a file in it`);
    if (existing !== null && !existing.isFile()) await writeDirectly(target, pieces);
    else await replace(target, pieces, existing?.mode ?? null);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') throw new UsageError(`cannot write ${path}: the folder ${dirname(target)} does not exist`);
    throw new UsageError(`cannot write ${path} (${code}); it is as it was before`);
  }
}

async function replace(target: string, pieces: Iterable<string>, mode: number | null): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  // 'wx' never follows or reuses what somebody else put at this name.
  const file = await open(temporary, 'wx', 0o666);
  try {
    if (mode !== null) await file.chmod(mode & 0o777);
    await writeAll(file, pieces);
    await file.sync();
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function writeDirectly(target: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(target, 'w');
  try {
    await writeAll(file, pieces);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'utf8');
    // A nearly full disk takes a part of the bytes and reports no error until the next call.
    for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
