/** A reload leaves old workers to their tunnels, until worker_shutdown_timeout cuts these. */

import { settingOf } from '../../nginx-conf/settings.ts';
import { parseSeconds } from '../../nginx-conf/values.ts';
import { note, ok, write } from '../findings.ts';
import type { Check, WholeSubject } from '../types.ts';

/** Seconds in which clients can be told to come back before they are cut. */
const SHORT = 60;

export const shutdownTimeout: Check<WholeSubject> = {
  id: 'shutdown-timeout',
  title: 'What a reload does to tunnels',
  examine: ({ conf, whole }) => {
    if (!whole) return null;
    const setting = settingOf<number | null>(conf, null, 'worker_shutdown_timeout', null, ([text]) =>
      parseSeconds(text ?? ''),
    );
    const { value } = setting;
    if (value === null) {
      return ok(
        setting,
        'No worker_shutdown_timeout: a reload cuts no tunnel, and old workers stay as long as theirs live; many reloads pile them up.',
      );
    }
    if (value >= SHORT) return ok(setting, `A reload cuts the tunnels that still live after ${value} s.`);
    return note(
      setting,
      `Every reload cuts all tunnels that still live after ${value} s, and no error line says so.`,
      write('Give them longer, or have clients reconnect gently:', 'main', 'worker_shutdown_timeout 10m;'),
      'nginx-reload-drop',
    );
  },
};
