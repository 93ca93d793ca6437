/** Names of the system errors nginx reports. Numbers and texts differ by platform; the name is what patterns match. */

// nginx prints the platform's own number. Linux numbers come first in each entry, then BSD/macOS, then Windows.
const NUMBERS: readonly (readonly [name: string, linux: number, bsd: number, windows: number])[] = [
  ['EPERM', 1, 1, 0],
  ['ENOENT', 2, 2, 3],
  ['ESRCH', 3, 3, 0],
  ['EINTR', 4, 4, 10004],
  ['EIO', 5, 5, 0],
  ['E2BIG', 7, 7, 0],
  ['EBADF', 9, 9, 10009],
  ['ECHILD', 10, 10, 0],
  ['EAGAIN', 11, 35, 10035],
  ['ENOMEM', 12, 12, 0],
  ['EACCES', 13, 13, 10013],
  ['EFAULT', 14, 14, 10014],
  ['EBUSY', 16, 16, 0],
  ['EEXIST', 17, 17, 183],
  ['EXDEV', 18, 18, 0],
  ['ENODEV', 19, 19, 0],
  ['ENOTDIR', 20, 20, 0],
  ['EISDIR', 21, 21, 0],
  ['EINVAL', 22, 22, 10022],
  ['ENFILE', 23, 23, 0],
  ['EMFILE', 24, 24, 10024],
  ['EFBIG', 27, 27, 0],
  ['ENOSPC', 28, 28, 112],
  ['EROFS', 30, 30, 0],
  ['EPIPE', 32, 32, 0],
  ['ENAMETOOLONG', 36, 63, 10063],
  ['ENOSYS', 38, 78, 0],
  ['ELOOP', 40, 62, 10062],
  ['EPROTO', 71, 100, 0],
  ['EOVERFLOW', 75, 84, 0],
  ['ENOTSOCK', 88, 38, 10038],
  ['EMSGSIZE', 90, 40, 10040],
  ['ENOPROTOOPT', 92, 42, 10042],
  ['EPROTONOSUPPORT', 93, 43, 10043],
  ['EOPNOTSUPP', 95, 45, 10045],
  ['EAFNOSUPPORT', 97, 47, 10047],
  ['EADDRINUSE', 98, 48, 10048],
  ['EADDRNOTAVAIL', 99, 49, 10049],
  ['ENETDOWN', 100, 50, 10050],
  ['ENETUNREACH', 101, 51, 10051],
  ['ENETRESET', 102, 52, 10052],
  ['ECONNABORTED', 103, 53, 10053],
  ['ECONNRESET', 104, 54, 10054],
  ['ENOBUFS', 105, 55, 10055],
  ['EISCONN', 106, 56, 10056],
  ['ENOTCONN', 107, 57, 10057],
  ['ESHUTDOWN', 108, 58, 10058],
  ['ETIMEDOUT', 110, 60, 10060],
  ['ECONNREFUSED', 111, 61, 10061],
  ['EHOSTDOWN', 112, 64, 10064],
  ['EHOSTUNREACH', 113, 65, 10065],
  ['EALREADY', 114, 37, 10037],
  ['EINPROGRESS', 115, 36, 10036],
  ['ECANCELED', 125, 85, 995],
];

// Where a platform's number means something else on another one, the text decides. Lower case, without a full stop:
// glibc, musl, BSD, macOS, and the sentences of Windows up to the point where they stop being alike.
const TEXTS: readonly (readonly [text: string, name: string])[] = [
  ['operation not permitted', 'EPERM'],
  ['no such file or directory', 'ENOENT'],
  ['the system cannot find the file specified', 'ENOENT'],
  ['the system cannot find the path specified', 'ENOENT'],
  ['no such process', 'ESRCH'],
  ['interrupted system call', 'EINTR'],
  ['input/output error', 'EIO'],
  ['i/o error', 'EIO'],
  ['argument list too long', 'E2BIG'],
  ['bad file descriptor', 'EBADF'],
  ['no child process', 'ECHILD'],
  ['resource temporarily unavailable', 'EAGAIN'],
  ['cannot allocate memory', 'ENOMEM'],
  ['out of memory', 'ENOMEM'],
  ['permission denied', 'EACCES'],
  ['access is denied', 'EACCES'],
  ['an attempt was made to access a socket in a way forbidden', 'EACCES'],
  ['resource busy', 'EBUSY'],
  ['device or resource busy', 'EBUSY'],
  ['the process cannot access the file because it is being used', 'EBUSY'],
  ['file exists', 'EEXIST'],
  ['cannot create a file when that file already exists', 'EEXIST'],
  ['not a directory', 'ENOTDIR'],
  ['is a directory', 'EISDIR'],
  ['invalid argument', 'EINVAL'],
  ['too many open files in system', 'ENFILE'],
  ['too many open files', 'EMFILE'],
  ['no file descriptors available', 'EMFILE'],
  ['file too large', 'EFBIG'],
  ['no space left on device', 'ENOSPC'],
  ['there is not enough space on the disk', 'ENOSPC'],
  ['read-only file system', 'EROFS'],
  ['broken pipe', 'EPIPE'],
  ['file name too long', 'ENAMETOOLONG'],
  ['filename too long', 'ENAMETOOLONG'],
  ['function not implemented', 'ENOSYS'],
  ['too many levels of symbolic links', 'ELOOP'],
  ['protocol error', 'EPROTO'],
  ['socket operation on non-socket', 'ENOTSOCK'],
  ['message too long', 'EMSGSIZE'],
  ['protocol not available', 'ENOPROTOOPT'],
  ['operation not supported', 'EOPNOTSUPP'],
  ['address family not supported', 'EAFNOSUPPORT'],
  ['address already in use', 'EADDRINUSE'],
  ['address in use', 'EADDRINUSE'],
  ['only one usage of each socket address', 'EADDRINUSE'],
  ['cannot assign requested address', 'EADDRNOTAVAIL'],
  ["can't assign requested address", 'EADDRNOTAVAIL'],
  ['address not available', 'EADDRNOTAVAIL'],
  ['the requested address is not valid in its context', 'EADDRNOTAVAIL'],
  ['network is down', 'ENETDOWN'],
  ['network is unreachable', 'ENETUNREACH'],
  ['network unreachable', 'ENETUNREACH'],
  ['a socket operation was attempted to an unreachable network', 'ENETUNREACH'],
  ['software caused connection abort', 'ECONNABORTED'],
  ['connection aborted', 'ECONNABORTED'],
  ['an established connection was aborted by the software', 'ECONNABORTED'],
  ['connection reset by peer', 'ECONNRESET'],
  ['connection reset by network', 'ENETRESET'],
  ['an existing connection was forcibly closed by the remote host', 'ECONNRESET'],
  ['the specified network name is no longer available', 'ECONNRESET'],
  ['no buffer space available', 'ENOBUFS'],
  ['an operation on a socket could not be performed because the system lacked', 'ENOBUFS'],
  ['socket is already connected', 'EISCONN'],
  ['transport endpoint is already connected', 'EISCONN'],
  ['transport endpoint is not connected', 'ENOTCONN'],
  ['socket is not connected', 'ENOTCONN'],
  ['socket not connected', 'ENOTCONN'],
  ['a request to send or receive data was disallowed because the socket is not connected', 'ENOTCONN'],
  ['connection timed out', 'ETIMEDOUT'],
  ['operation timed out', 'ETIMEDOUT'],
  ['a connection attempt failed because the connected party did not', 'ETIMEDOUT'],
  ['the semaphore timeout period has expired', 'ETIMEDOUT'],
  ['connection refused', 'ECONNREFUSED'],
  ['no connection could be made because the target machine actively refused', 'ECONNREFUSED'],
  ['the remote system refused the network connection', 'ECONNREFUSED'],
  ['host is down', 'EHOSTDOWN'],
  ['no route to host', 'EHOSTUNREACH'],
  ['host is unreachable', 'EHOSTUNREACH'],
  ['a socket operation was attempted to an unreachable host', 'EHOSTUNREACH'],
  ['operation already in progress', 'EALREADY'],
  ['operation now in progress', 'EINPROGRESS'],
  ['operation in progress', 'EINPROGRESS'],
  ['operation canceled', 'ECANCELED'],
  ['operation cancelled', 'ECANCELED'],
];

const BY_TEXT: ReadonlyMap<string, string> = new Map(TEXTS);
const BY_NUMBER: ReadonlyMap<number, string> = buildByNumber();

function buildByNumber(): Map<number, string> {
  const map = new Map<number, string>();
  // Linux is the commonest platform, so its meaning of a number stands where BSD or Windows give it another one.
  for (const column of [1, 2, 3] as const) {
    for (const row of NUMBERS) if (row[column] > 0 && !map.has(row[column])) map.set(row[column], row[0]);
  }
  return map;
}

/**
 * The symbolic name of an error as nginx printed it, `(104: Connection reset by peer)` -> `ECONNRESET`.
 * The text is asked first, since the same number differs by platform (60 is ETIMEDOUT on BSD), then the number.
 * @returns null when neither is known.
 */
export function errnoName(number: number | null, text: string | null): string | null {
  const named = text ? nameOfText(text) : null;
  if (named !== null) return named;
  return number === null ? null : (BY_NUMBER.get(number) ?? null);
}

/** Names of texts met before: a log has few, and each is looked for among a hundred beginnings. */
const met = new Map<string, string | null>();
const MAX_MET = 256;

function nameOfText(text: string): string | null {
  let name = met.get(text);
  if (name === undefined) {
    name = lookedUp(text);
    if (met.size >= MAX_MET) met.clear();
    // A copy of its own: the text may be cut from a whole block of log.
    met.set(Buffer.from(text, 'latin1').toString('latin1'), name);
  }
  return name;
}

function lookedUp(text: string): string | null {
  const plain = text.slice(0, 200).toLowerCase().replace(/\.$/, '').trimEnd();
  const exact = BY_TEXT.get(plain);
  if (exact) return exact;
  // Windows sentences go on differently by version, and pasted lines are cut: a known beginning is enough.
  if (plain.length >= 8) {
    for (const [known, name] of TEXTS) if (plain.startsWith(known)) return name;
  }
  return null;
}
