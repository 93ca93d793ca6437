/** Cookies and tokens travel in the handshake's header, of which each line has to fit one buffer. */
import { effective } from '../../nginx-conf/settings.ts';
import { parseBytes } from '../../nginx-conf/values.ts';
import { NOWHERE, ok, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Bytes that a browser allows one cookie. */
const LARGEST_COOKIE = 4096;

export const requestHeaderBuffer: Check<LocationSubject> = {
  id: 'request-header-buffer',
  title: "Room for the handshake's own header",
  examine: ({ conf, place, whole }) => {
    // A location is chosen after the header was read, so the server's setting holds.
    const line = effective(conf, place.server.directive, 'large_client_header_buffers').at(-1);
    if (line === undefined) return whole ? ok(NOWHERE, "A header line may take 8k (nginx's default).") : null;
    const size = parseBytes(line.args[1] ?? '');
    if (size === null || size > LARGEST_COOKIE) return ok(line, `A header line may take ${line.args[1]}.`);
    return wrong(
      line,
      `A header line has to fit ${line.args[1]}, which a cookie or a token in the address exceeds: nginx answers 400 or 414 itself.`,
      'request-header-too-large',
      write(
        'Give it more room, in the http block or the default server:',
        'http',
        'large_client_header_buffers 4 16k;',
      ),
    );
  },
};
