/** Room for headers: those of the backend's answer, and those of the client's handshake. */
import { settingOf } from '../../nginx-conf/settings.ts';
import { type Conf, type Directive, named } from '../../nginx-conf/tree.ts';
import { parseBytes } from '../../nginx-conf/values.ts';
import { Draft, effectiveLine } from '../draft.ts';
import { nameOf } from '../places.ts';
import { nothing, type Remedy } from '../types.ts';

const PAGE = 4096;
const ROOM = 16 * 1024;
const BESIDE = ['proxy_buffer_size', 'proxy_buffers', 'proxy_busy_buffers_size', 'proxy_set_header', 'proxy_pass'];

export const responseHeaderRoom: Remedy = {
  at: 'place',
  reach: 'websocket',
  mend(conf, place) {
    const { location } = place;
    const bytes = (name: string, byDefault: number): number =>
      settingOf(conf, location, name, byDefault, ([text]) => parseBytes(text ?? '')).value;
    const size = bytes('proxy_buffer_size', PAGE);
    if (size >= ROOM) {
      return nothing(
        `${nameOf(place)} has a proxy_buffer_size of ${size / 1024}k already; measure the backend's header before raising it further`,
      );
    }
    const draft = new Draft(conf, location, BESIDE);
    draft.set('proxy_buffer_size', '16k', "the header of the backend's answer has to fit in it");
    // nginx -t wants busy buffers that hold the largest buffer, and all buffers but one to hold the busy ones.
    let buffers = buffersOf(conf, location);
    const why = 'nginx refuses buffers that do not fit each other';
    const busy = bytes('proxy_busy_buffers_size', 0);
    if (busy > 0 && busy < ROOM) draft.set('proxy_busy_buffers_size', '32k', why);
    const wanted = busy >= ROOM ? busy : 2 * Math.max(ROOM, buffers.size);
    if ((buffers.count - 1) * buffers.size < wanted) {
      buffers = { count: Math.max(buffers.count, 8), size: ROOM };
      draft.set('proxy_buffers', `${buffers.count} 16k`, why);
    }
    const file = bytes('proxy_temp_file_write_size', 0);
    if (file > 0 && file < ROOM) draft.set('proxy_temp_file_write_size', '32k', why);
    return draft.mending();
  },
};

function buffersOf(conf: Conf, location: Directive): { readonly count: number; readonly size: number } {
  const [count, size] = effectiveLine(conf, location, 'proxy_buffers')?.args ?? [];
  return { count: Number(count ?? 8), size: parseBytes(size ?? '') ?? PAGE };
}

const CLIENT_ROOM = 32 * 1024;

export const requestHeaderRoom: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const name = 'large_client_header_buffers';
    const line = effectiveLine(conf, place.server.directive, name);
    const count = Number(line?.args[0] ?? 4);
    const size = parseBytes(line?.args[1] ?? '') ?? 8192;
    if (size >= CLIENT_ROOM && count >= 4) {
      return nothing(`${name} is ${count} ${size / 1024}k already; find out what makes the handshake that large`);
    }
    const why = 'a request line or header longer than one of these buffers is refused with 414 or 400';
    const http = place.server.directive.parent;
    // nginx reads headers before it knows the server, so the default server's value counts: http{} covers them all.
    const level = line === null && http?.name === 'http' ? http : place.server.directive;
    const draft = new Draft(conf, level, [name]);
    if (line === null) draft.add(`${name} 4 32k;`, why);
    else draft.change(line, '4 32k', why);
    if (named(place.server.directive.block, name).length > 0) {
      draft.note("the listener's default server needs the same value: its buffers are used until the Host is known");
    }
    return draft.mending();
  },
};
