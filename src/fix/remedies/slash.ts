/** `location /ws/` and a request for `/ws`: nginx redirects, and WebSocket clients do not follow. */
import { findLocation, patternOf } from '../../nginx-conf/locations.ts';
import { readProxyPass } from '../../nginx-conf/proxying.ts';
import { type Conf, named } from '../../nginx-conf/tree.ts';
import type { Edit } from '../edit.ts';
import { nameOf, type Place } from '../places.ts';
import { type Mending, nothing, type Remedy } from '../types.ts';

export const trailingSlash: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const { path, server } = place;
    if (path === null) return nothing('name the path that clients ask for: --location /ws');
    if (findLocation(server.directive, path).match?.autoRedirect !== true) {
      return nothing(
        `${nameOf(place)} does not redirect ${path}: give clients the final URL (wss:// and the final host), or ask the backend why it redirects`,
      );
    }
    return dropSlash(conf, place);
  },
};

/** Without its slash the location takes both paths. A URI in proxy_pass would then be put together differently. */
function dropSlash(conf: Conf, place: Place): Mending {
  const { location, pass, server, variables } = place;
  const { text } = patternOf(location);
  const shorter = text.slice(0, -1);
  if (readProxyPass(conf, pass, variables).value.uri !== null) {
    return nothing(
      `${nameOf(place)}: proxy_pass replaces ${text} by a path of its own, so the slash cannot be taken away; let clients ask for ${text}`,
    );
  }
  if (patternOf(location).kind !== 'prefix' || named(location.block, 'location').length > 0) {
    return nothing(`${nameOf(place)} cannot be shortened without changing other paths; let clients ask for ${text}`);
  }
  const rival = named(server.directive.block, 'location').find(
    (other) => other !== location && patternOf(other).text.startsWith(shorter),
  );
  if (rival !== undefined) {
    return nothing(
      `${nameOf(place)}: ${shorter} would reach into location ${rival.args.join(' ')} (${rival.file}:${rival.line}); let clients ask for ${text}`,
    );
  }
  const word = location.words.at(-1)!;
  const written = (conf.files.get(location.file) ?? '').slice(word.start, word.end);
  const cut = word.start + written.lastIndexOf('/');
  const edit: Edit = { file: location.file, start: cut, end: cut + 1, text: '' };
  const why = `a request for ${shorter} gets a 301 to ${text}, which WebSocket clients do not follow`;
  const change = { file: location.file, line: location.line, what: `location ${text} -> ${shorter}`, why };
  return { edits: [edit], changes: [change], notes: [] };
}
