/** The file that a reading thread starts with (`thread.cjs`), once it is joined with what it imports. */
import { join } from 'node:path';
import { Chunks } from './chunks.ts';

new Chunks(join(import.meta.dirname, '../joined')).load('thread.cjs');
