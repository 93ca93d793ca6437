/** The header of the 101, cookies included, has to fit proxy_buffer_size; the tunnel itself needs no more. */
import { ok, spot, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Bytes: nginx's own default on common machines. */
const USUAL_BYTES = 4096;

export const responseHeaderBuffer: Check<LocationSubject> = {
  id: 'response-header-buffer',
  title: 'Room for the header of the 101',
  examine: ({ place }) => {
    if (place.proxyPass === null) return null;
    const { bufferSize } = place;
    if (bufferSize.value >= USUAL_BYTES) {
      return ok(bufferSize, `The backend's header may take ${bufferSize.value} bytes (${spot(bufferSize)}).`);
    }
    return wrong(
      bufferSize,
      `The backend's header has to fit ${bufferSize.value} bytes, less than nginx's own default; one long Set-Cookie on the 101 makes it a 502.`,
      'upstream-header-too-big',
      write('Give it more room:', 'location', 'proxy_buffers 8 16k;\nproxy_buffer_size 16k;'),
    );
  },
};
