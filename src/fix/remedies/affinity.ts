/** Keeping a client on one of several servers, as session protocols over polling need it. */
import { readProxyPass } from '../../nginx-conf/proxying.ts';
import { type Conf, type Directive, named } from '../../nginx-conf/tree.ts';
import { type Edit, insertBefore, insertFirst, replaceDirective } from '../edit.ts';
import { nameOf, type Place } from '../places.ts';
import { type Mending, nothing, type Remedy } from '../types.ts';

/** Balancing methods that ip_hash takes the place of. */
const METHODS: ReadonlySet<string> = new Set(['least_conn', 'least_time', 'random', 'fair', 'hash']);

export const stickySession: Remedy = { at: 'place', reach: 'websocket', mend: stick };

function stick(conf: Conf, place: Place): Mending {
  const { upstream } = readProxyPass(conf, place.pass, place.variables).value;
  if (upstream === null) return nothing(`${nameOf(place)} has one backend, so there is nothing to choose between`);
  const { directive: block, servers, affinity, balancing, name } = upstream;
  const at = `${block.file}:${block.line}`;
  if (affinity) return nothing(`upstream ${name} (${at}) keeps clients on one server already, by ${balancing}`);
  const rivals = servers.filter(({ down }) => !down);
  if (rivals.length < 2)
    return nothing(`upstream ${name} (${at}) has one server, so there is nothing to choose between`);
  const spare = rivals.find(({ backup }) => backup);
  if (spare !== undefined) {
    return nothing(
      `upstream ${name} (${at}): no method that keeps clients on one server allows "backup" (${spare.file}:${spare.line}); decide first what becomes of that server`,
    );
  }
  const { edit, what, line } = stuck(conf, block);
  return {
    edits: [edit],
    changes: [
      {
        file: edit.file,
        line,
        what,
        why: 'requests of one session have to reach the same server; each client address now does',
      },
    ],
    notes: ['behind a load balancer all clients share its address: use "hash $http_x_forwarded_for consistent;" there'],
  };
}

/** nginx wants the method before `keepalive`, so it goes first. */
function stuck(conf: Conf, block: Directive): { edit: Edit; what: string; line: number } {
  const method = block.block?.find(({ name }) => METHODS.has(name));
  if (method !== undefined) {
    const what = `${[method.name, ...method.args].join(' ')} -> ip_hash`;
    return { edit: replaceDirective(method, 'ip_hash;'), what, line: method.line };
  }
  const server = named(block.block, 'server').find(({ file }) => file === block.file);
  const edit = server === undefined ? insertFirst(conf, block, ['ip_hash;']) : insertBefore(conf, server, ['ip_hash;']);
  return { edit, what: '+ ip_hash;', line: block.line };
}
