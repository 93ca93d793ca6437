/** The file a reading thread starts with. */
import { parentPort } from 'node:worker_threads';
import type { ToThread } from './messages.ts';
import { serve } from './serve.ts';

const port = parentPort;
if (port !== null) {
  serve({
    send: (message, memory = []) => port.postMessage(message, memory),
    onMessage: (take) => {
      port.on('message', (message: ToThread) => take(message));
    },
  });
}
