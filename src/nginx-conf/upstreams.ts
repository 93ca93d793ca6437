/** `upstream {}` blocks: which servers stand behind a name, and how one of them is chosen. */
import { type Conf, type Directive, httpDirectives, named } from './tree.ts';

export interface UpstreamServer {
  /** As written: `10.0.0.5:8080`, `unix:/run/app.sock`, `app`. */
  readonly address: string;
  readonly backup: boolean;
  readonly down: boolean;
  readonly file: string;
  readonly line: number;
}

export interface Upstream {
  readonly name: string;
  readonly servers: readonly UpstreamServer[];
  /** Name of the balancing directive; `round_robin` when none is given. */
  readonly balancing: string;
  /** The same client, or the same key, reaches the same server: what sessionful protocols need. */
  readonly affinity: boolean;
  /** Idle connections kept for each worker, where it is stated. */
  readonly keepalive: number | null;
  readonly directive: Directive;
}

const STICKY: ReadonlySet<string> = new Set(['ip_hash', 'hash', 'sticky', 'sticky_cookie_insert', 'jvm_route']);
const BALANCING: ReadonlySet<string> = new Set([
  ...STICKY,
  'least_conn',
  'least_time',
  'random',
  'fair',
  'balancer_by_lua_block',
  'balancer_by_lua_file',
]);

/** Names are compared without regard to case. */
export function findUpstream(conf: Conf, name: string): Upstream | null {
  const wanted = name.toLowerCase();
  const directive = named(httpDirectives(conf), 'upstream').find((block) => block.args[0]?.toLowerCase() === wanted);
  return directive === undefined ? null : readUpstream(directive);
}

function readUpstream(directive: Directive): Upstream {
  const inside = directive.block ?? [];
  const balancing = inside.findLast(({ name }) => BALANCING.has(name));
  const keepalive = Number(named(inside, 'keepalive').at(-1)?.args[0] ?? Number.NaN);
  return {
    name: directive.args[0] ?? '',
    servers: named(inside, 'server').map(({ args, file, line }) => ({
      address: args[0] ?? '',
      backup: args.includes('backup'),
      down: args.includes('down'),
      file,
      line,
    })),
    balancing: balancing?.name ?? 'round_robin',
    // A random or per-request key spreads requests instead of keeping them together.
    affinity:
      balancing !== undefined &&
      STICKY.has(balancing.name) &&
      !/\$(?:request_id|msec|connection)\b/.test(balancing.args[0] ?? ''),
    keepalive: Number.isNaN(keepalive) ? null : keepalive,
    directive,
  };
}
