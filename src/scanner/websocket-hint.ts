/**
 * Whether a request may be a WebSocket's by what stands in it: words that `PathFolder` takes a hint from
 * (src/findings/endpoint.ts). Must miss none; what is found beside them only takes the longer way.
 */
import { isWord, lower } from './bytes';

/** Whether one of the words stands in a request, or part of one. */
export function mayBeWebSocket(from: usize, end: usize): bool {
  for (let at = from; at + 1 < end; at++) {
    const a = lower(load<u8>(at));
    const b = lower(load<u8>(at, 1));
    switch (a) {
      case 119: // ws, websocket, web-socket
        if (b === 115 || (b === 101 && (isWord(at, 0x6b636f73626577, 7) || isWord(at, 0x6f732d626577, 6)))) return true;
        break;
      case 115: // sock, signalr, subscriptions, stomp
        if (
          (b === 111 && isWord(at, 0x6b636f73, 4)) ||
          (b === 105 && isWord(at, 0x6c616e676973, 6)) ||
          (b === 117 && isWord(at, 0x726373627573, 6)) ||
          (b === 116 && isWord(at, 0x706d6f7473, 5))
        )
          return true;
        break;
      case 99: // cable, channels
        if ((b === 97 && isWord(at, 0x656c626163, 5)) || (b === 104 && isWord(at, 0x6e6e616863, 5))) return true;
        break;
      case 104: // hub, hmr
        if ((b === 117 && isWord(at, 0x627568, 3)) || (b === 109 && isWord(at, 0x726d68, 3))) return true;
        break;
      case 114: // realtime
        if (b === 101 && isWord(at, 0x746c616572, 5)) return true;
        break;
      case 101: // engine.io
        if (b === 110 && isWord(at, 0x6e69676e65, 5)) return true;
        break;
      case 109: // mqtt
        if (b === 113) return true;
        break;
      case 108: // live
        if (b === 105 && isWord(at, 0x6576696c, 4)) return true;
        break;
      case 112: // primus
        if (b === 114 && isWord(at, 0x6d697270, 4)) return true;
        break;
      case 102: // faye
        if (b === 97 && isWord(at, 0x65796166, 4)) return true;
        break;
      case 106: // janus
        if (b === 97 && isWord(at, 0x756e616a, 4)) return true;
        break;
      case 116: // transport=
        if (b === 114 && isWord(at, 0x6e617274, 4)) return true;
        break;
      default:
    }
  }
  return false;
}
