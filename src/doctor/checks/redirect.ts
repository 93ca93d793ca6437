/** WebSocket clients follow no redirect: what answers before the proxy ends the handshake. */
import { serversOf } from '../../nginx-conf/servers.ts';
import { everyDirective, named } from '../../nginx-conf/tree.ts';
import { act, note, ok, unknown, write, wrong } from '../findings.ts';
import { answeringReturn, redirectingRewrite } from '../rewrites.ts';
import type { Check, Finding, LocationSubject } from '../types.ts';

export const redirect: Check<LocationSubject> = {
  id: 'redirect',
  title: 'Nothing answers before the proxy',
  examine: (subject) => {
    const answered = answeringReturn(subject);
    if (answered !== null) return answeredByReturn(subject, answered.code, answered.target);
    const { line, tried } = redirectingRewrite(subject);
    if (line !== null) {
      return wrong(
        line,
        'This rewrite answers the handshake with a redirect, which WebSocket clients do not follow.',
        'handshake-redirected',
        act(
          'Leave the WebSocket path out of its expression, or have clients ask for the final address (wss:// where it leads to https).',
        ),
      );
    }
    const doubt = undecidedBranch(subject);
    if (doubt !== null)
      return unknown(
        doubt,
        `Whether this "if" redirects the handshake cannot be told: ${doubt.args.join(' ')}.`,
        null,
        'handshake-redirected',
      );
    if (!tried)
      return unknown(
        subject.block,
        'Whether a rewrite redirects the handshake could not be worked out.',
        null,
        'handshake-redirected',
      );
    return ok(subject.block, 'Nothing answers before the proxy.');
  },
};

function answeredByReturn(subject: LocationSubject, code: number, target: string): Finding {
  const { place } = subject;
  const line = { file: place.returns?.file ?? null, line: place.returns?.line ?? null };
  const moves = code >= 301 && code <= 308 && code !== 304;
  if (!moves) {
    const cause = code === 401 || code === 403 ? 'denied-by-nginx' : 'route-not-proxied';
    return wrong(
      line,
      `"return ${code}" answers here before any proxy_pass is asked.`,
      cause,
      act('Move the return out of the way of the WebSocket path, or give that path a location in another server.'),
    );
  }
  if (place.proxyPass === null && /^https:/.test(target) && hasSecureTwin(subject)) {
    return note(
      line,
      'ws:// is redirected to https here, which WebSocket clients do not follow; wss:// is served by the other server.',
      act('Have clients use wss://.'),
      'handshake-redirected',
    );
  }
  const secure = /^https:/.test(target) && !place.server.listeners.some(({ ssl }) => ssl);
  const fix = secure
    ? act('Have clients use wss://, and move the location to the server that speaks TLS.')
    : write(
        'Proxy the WebSocket path without a redirect, for example in a location of its own, and move the return into the others:',
        'server',
        'location / {\n    return 301 https://$host$request_uri;\n}',
      );
  return wrong(
    line,
    `"return ${code}" redirects every handshake, and WebSocket clients do not follow redirects.`,
    'handshake-redirected',
    fix,
  );
}

/** Another server of the same name that speaks TLS. */
function hasSecureTwin({ conf, place }: LocationSubject): boolean {
  const own = new Set(place.server.names);
  return serversOf(conf).some(
    (server) =>
      server.directive !== place.server.directive &&
      server.listeners.some(({ ssl }) => ssl) &&
      (own.size === 0 || server.names.length === 0 || server.names.some((name) => own.has(name))),
  );
}

/** An `if` whose condition could not be worked out and that would redirect. */
function undecidedBranch({ place }: LocationSubject) {
  const levels = [place.server.directive, ...(place.location === null ? [] : [place.location])];
  for (const branch of levels.flatMap((level) => named(level.block, 'if'))) {
    const redirects = [...everyDirective(branch.block ?? [])].some(
      ({ name, args }) => name === 'return' && /^30[1278]$|^https?:/.test(args[0] ?? ''),
    );
    if (redirects && place.doubts.some((doubt) => doubt.includes(`(${branch.file}:${branch.line})`))) return branch;
  }
  return null;
}
