import { describe, expect, it } from 'vitest';
import { errnoName } from '../../../src/nginx/errno.ts';

describe('errors of the system by name', () => {
  it.each([
    [104, 'Connection reset by peer', 'ECONNRESET'],
    [54, 'Connection reset by peer', 'ECONNRESET'],
    [10054, 'An existing connection was forcibly closed by the remote host', 'ECONNRESET'],
    [110, 'Connection timed out', 'ETIMEDOUT'],
    [110, 'Operation timed out', 'ETIMEDOUT'],
    [60, 'Operation timed out', 'ETIMEDOUT'],
    [10060, 'A connection attempt failed because the connected party did not properly respond', 'ETIMEDOUT'],
    [111, 'Connection refused', 'ECONNREFUSED'],
    [61, 'Connection refused', 'ECONNREFUSED'],
    [10061, 'No connection could be made because the target machine actively refused it', 'ECONNREFUSED'],
    [113, 'No route to host', 'EHOSTUNREACH'],
    [113, 'Host is unreachable', 'EHOSTUNREACH'],
    [65, 'No route to host', 'EHOSTUNREACH'],
    [99, 'Cannot assign requested address', 'EADDRNOTAVAIL'],
    [99, 'Address not available', 'EADDRNOTAVAIL'],
    [49, "Can't assign requested address", 'EADDRNOTAVAIL'],
    [98, 'Address in use', 'EADDRINUSE'],
    [24, 'No file descriptors available', 'EMFILE'],
    [24, 'Too many open files', 'EMFILE'],
    [23, 'Too many open files in system', 'ENFILE'],
    [11, 'Resource temporarily unavailable', 'EAGAIN'],
    [35, 'Resource temporarily unavailable', 'EAGAIN'],
    [2, 'The system cannot find the file specified', 'ENOENT'],
    [3, 'The system cannot find the path specified', 'ENOENT'],
    [3, 'No such process', 'ESRCH'],
    [5, 'Access is denied', 'EACCES'],
    [32, 'Broken pipe', 'EPIPE'],
    [17, 'File exists', 'EEXIST'],
  ])('%d %s', (number, text, name) => expect(errnoName(number, text)).toBe(name));

  it('the number decides where the text is in no known language, or lost', () => {
    expect(errnoName(104, 'Die Verbindung wurde vom Kommunikationspartner zurückgesetzt')).toBe('ECONNRESET');
    expect(errnoName(111, 'Unknown error')).toBe('ECONNREFUSED');
    expect(errnoName(10054, 'FormatMessage() error:(15105)')).toBe('ECONNRESET');
    expect(errnoName(54, null)).toBe('ECONNRESET');
    expect(errnoName(11, null)).toBe('EAGAIN');
  });

  it('is null when neither is known', () => {
    expect(errnoName(4711, 'odd')).toBeNull();
    expect(errnoName(null, null)).toBeNull();
  });
});
