/** A reading thread that is none: the same code and messages, in this thread, so that tests need no built files. */
import { MessageChannel } from 'node:worker_threads';
import type { FromThread, Thread, ToThread } from '../../../src/analysis/threads/messages.ts';
import { serve } from '../../../src/analysis/threads/serve.ts';

/** @param failsAfter messages from it after which it is heard of no more */
export function localThread(failsAfter = Number.POSITIVE_INFINITY): Thread {
  const { port1, port2 } = new MessageChannel();
  serve({
    send: (message, memory = []) => port2.postMessage(message, [...memory]),
    onMessage: (take) => {
      port2.on('message', (message: ToThread) => take(message));
    },
  });
  let left = failsAfter;
  let fail = () => {};
  return {
    send: (message, memory = []) => port1.postMessage(message, [...memory]),
    onMessage: (take) => {
      port1.on('message', (message: FromThread) => {
        if (left-- > 0) take(message);
        else {
          port1.close();
          fail();
        }
      });
    },
    onFailure: (take) => {
      fail = take;
    },
    stop: () => port1.close(),
  };
}
