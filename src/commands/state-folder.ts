/** Where state is kept. */
import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { Io } from './io.ts';

export interface StateFolder {
  readonly path: string;
  /** Somebody asked for it, so that doing without is not what they want. */
  readonly asked: boolean;
}

/** Null when state was turned off, or there is no home to keep it in. */
export function stateFolder(settings: Settings, io: Io): StateFolder | null {
  if (settings.off('state')) return null;
  const given = settings.text('state');
  if (given !== null) return { path: resolve(io.cwd, given), asked: true };
  // systemd's StateDirectory=; several are parted by colons.
  const service = io.env.STATE_DIRECTORY?.split(':')[0];
  if (service !== undefined && isAbsolute(service)) return { path: service, asked: true };
  if (userInfo().uid === 0) return { path: '/var/lib/wslog', asked: false };
  const { XDG_STATE_HOME: base, HOME: home } = io.env;
  if (base !== undefined && isAbsolute(base)) return { path: join(base, 'wslog'), asked: false };
  if (home !== undefined && isAbsolute(home)) return { path: join(home, '.local', 'state', 'wslog'), asked: false };
  return null;
}
