import type { ConfFs } from '../../../src/nginx-conf/files.ts';
import { dumpFs } from '../../../src/nginx-conf/files.ts';
import { loadConf } from '../../../src/nginx-conf/load.ts';
import type { Conf } from '../../../src/nginx-conf/tree.ts';

/** Files by absolute path. */
export function memoryFs(files: Record<string, string>): ConfFs {
  return dumpFs(new Map(Object.entries(files)));
}

/** A configuration of one file, `/etc/nginx/nginx.conf`, and whatever others it includes. */
export function confOf(main: string, others: Record<string, string> = {}): Conf {
  return loadConf({ path: '/etc/nginx/nginx.conf' }, memoryFs({ '/etc/nginx/nginx.conf': main, ...others }));
}
