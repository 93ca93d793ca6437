#!/usr/bin/env node
/** The file that users run (`dist/cli.cjs`), once it is joined with what it imports: the command line, as chunks. */
import { join } from 'node:path';
import { Chunks } from './chunks.ts';

new Chunks(join(import.meta.dirname, '../joined')).load('cli.cjs');
