/** How long a tunnel lived and who answered the handshake is only in the access log, and only if it is asked for. */
import { type LogFormatSetting, logSettings } from '../../nginx-conf/logs.ts';
import { effective } from '../../nginx-conf/settings.ts';
import type { Conf } from '../../nginx-conf/tree.ts';
import { NOWHERE, note, ok, unknown, write } from '../findings.ts';
import { variablesIn } from '../headers.ts';
import type { Check, Fix, LocationSubject } from '../types.ts';

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
/** Without these a cut tunnel cannot be told from a closed one, nor nginx's answer from the backend's. */
const NEEDED = ['request_time', 'upstream_status'];
const USEFUL = ['http_upgrade', 'connection'];

export const accessLog: Check<LocationSubject> = {
  id: 'access-log',
  title: 'The access log shows what happens to handshakes',
  examine: ({ conf, block, whole }) => {
    const lines = effective(conf, block, 'access_log');
    if (lines.length === 0 && !whole) return null;
    const off = lines.find(({ args }) => args[0] === 'off' || args[0] === '/dev/null');
    if (off !== undefined)
      return note(
        off,
        'The access log is off: refused handshakes and cut tunnels leave no trace.',
        fixFor('/var/log/nginx/access.log'),
      );
    const formats = formatsOf(conf);
    const missing = lines.map((line) => {
      const name = line.args.slice(1).find((word) => !/^(?:buffer=|gzip(?:=|$)|flush=|if=)/.test(word)) ?? 'combined';
      const format = formats.find((each) => each.name.toLowerCase() === name.toLowerCase())?.format;
      return format === undefined && name !== 'combined' ? null : lacking(format ?? COMBINED);
    });
    const known = missing.filter((names) => names !== null);
    const [first] = lines;
    if (first !== undefined && known.length === 0)
      return unknown(first, 'The log_format is not in this configuration.');
    const best = known.sort((a, b) => a.length - b.length)[0] ?? lacking(COMBINED);
    if (!best.some((name) => NEEDED.includes(name)))
      return ok(first ?? NOWHERE, 'The access log has what a diagnosis needs.');
    return note(
      first ?? NOWHERE,
      `The access log lacks ${best.map((name) => `$${name}`).join(', ')}: how long a tunnel lived, or whose answer a refusal was, cannot be seen.`,
      fixFor(first?.args[0] ?? '/var/log/nginx/access.log'),
    );
  },
};

const known = new WeakMap<Conf, readonly LogFormatSetting[]>();

function formatsOf(conf: Conf): readonly LogFormatSetting[] {
  const formats = known.get(conf) ?? logSettings(conf).formats;
  known.set(conf, formats);
  return formats;
}

function lacking(format: string): readonly string[] {
  const used = new Set(variablesIn(format));
  return [...NEEDED, ...USEFUL].filter((name) => !used.has(name));
}

function fixFor(path: string): Fix {
  return write(
    'Log them:',
    'http',
    `log_format ws '${COMBINED} '\n              'rt=$request_time us="$upstream_status" ua="$upstream_addr" upg="$http_upgrade" cid=$connection';\naccess_log ${path} ws;`,
  );
}
