import { describe, expect, it } from 'vitest';
import { openConnections } from '../../../src/commands/probe-machine.ts';

/** Rows as the kernel writes them: 8080 is 1F90, 9000 is 2328. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:C351 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0100007F:C352 0100007F:2328 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
   4: 0100007F:C353 0100007F:2328 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0 20 4 30 10 -1
`;

describe('openConnections', () => {
  it('counts what is established, on each side', () => {
    expect(openConnections(TABLE, 8080, 9000)).toEqual({ clients: 2, backend: 1 });
    expect(openConnections(TABLE, 8080, null)).toEqual({ clients: 2, backend: 0 });
    expect(openConnections(TABLE, 80, 81)).toEqual({ clients: 0, backend: 0 });
  });

  it('takes an unreadable table for an empty one', () => {
    expect(openConnections('', 80, null)).toEqual({ clients: 0, backend: 0 });
  });
});
