/** The causes that a change of the configuration mends, and what mends each. */
import type { Remedy } from '../types.ts';
import { stickySession } from './affinity.ts';
import { authSubrequest } from './auth-subrequest.ts';
import { tlsName, tlsScheme, webSocketScheme } from './backend-tls.ts';
import { requestHeaderRoom, responseHeaderRoom } from './buffers.ts';
import { openFiles, workerConnections, workerShutdown } from './capacity.ts';
import { connectionMap } from './connection-map.ts';
import { duplicates } from './duplicates.ts';
import { httpVersion, upgradeHeaders } from './forwarding.ts';
import { visibleLogs } from './logging.ts';
import { trailingSlash } from './slash.ts';
import { idleTimeout, zeroTimeout } from './timeouts.ts';

export const REMEDIES: ReadonlyMap<string, readonly Remedy[]> = new Map([
  ['auth-subrequest-failed', [authSubrequest]],
  ['config-invalid', [duplicates, webSocketScheme]],
  ['config-map-missing', [connectionMap]],
  ['file-descriptors-exhausted', [openFiles]],
  ['handshake-redirected', [trailingSlash]],
  ['hidden-evidence', [visibleLogs]],
  ['idle-timeout', [idleTimeout]],
  ['nginx-reload-drop', [workerShutdown]],
  ['proxy-http-version', [httpVersion]],
  ['read-timeout-zero', [zeroTimeout]],
  ['request-header-too-large', [requestHeaderRoom]],
  ['sticky-session-missing', [stickySession]],
  ['upgrade-headers-missing', [upgradeHeaders]],
  ['upstream-header-too-big', [responseHeaderRoom]],
  ['upstream-tls-mismatch', [tlsScheme]],
  ['upstream-tls-name', [tlsName]],
  ['worker-connections-exhausted', [workerConnections]],
]);

/** Those that a configuration shows by itself, whatever the logs say. */
export const PROVEN_BY_CONF = [
  'config-invalid',
  'config-map-missing',
  'read-timeout-zero',
  'upgrade-headers-missing',
  'proxy-http-version',
  'auth-subrequest-failed',
] as const;
