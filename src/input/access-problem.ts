import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * One sentence saying why `path` cannot be read and what to do, without the path itself: whoever shows it puts the
 * path before it. Errors that are no file-system errors are thrown on, as they are faults of the program.
 */
export async function accessProblem(path: string, error: unknown): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code !== 'string') throw error;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist: check the name, or the error_log and access_log directives (nginx -T)';
    case 'EACCES':
    case 'EPERM':
      return deniedSentence(path);
    case 'EISDIR':
      return 'is a directory, not a file';
    case 'ELOOP':
      return 'is a symbolic link that leads back to itself';
    case 'EMFILE':
    case 'ENFILE':
      return 'cannot be opened, too many files are open: raise the limit (ulimit -n) or read fewer logs at once';
    case 'ENAMETOOLONG':
      return 'is too long for a file name';
    default:
      return `cannot be read (${code}): check the disk and the file system`;
  }
}

async function deniedSentence(path: string): Promise<string> {
  // The file itself is named unless a directory above it already refuses to say who owns it.
  for (let at = resolve(path); ; at = dirname(at)) {
    const owner = await stat(at).catch(() => null);
    if (owner !== null) {
      const group = (await groupName(owner.gid)) ?? String(owner.gid);
      const advice =
        (owner.mode & 0o040) !== 0 && group !== 'root'
          ? `add yourself to group ${group} (sudo usermod -aG ${group} "$USER", then log in again) or use sudo`
          : 'use sudo';
      const where = at === resolve(path) ? '' : ` at the directory ${at}`;
      return `permission denied${where} (group ${group}): ${advice}`;
    }
    if (at === dirname(at)) return 'permission denied: use sudo';
  }
}

async function groupName(gid: number): Promise<string | null> {
  const groups = await readFile('/etc/group', 'latin1').catch(() => '');
  for (const line of groups.split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && Number(id) === gid) return name;
  }
  return null;
}
