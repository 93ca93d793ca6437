/** All checks, in the order a handshake meets what they look at. */
import { accessLog } from './checks/access-log.ts';
import { authRequest } from './checks/auth-request.ts';
import { backendScheme } from './checks/backend-scheme.ts';
import { backendSni } from './checks/backend-sni.ts';
import { backendVerify } from './checks/backend-verify.ts';
import { connectionHeader } from './checks/connection-header.ts';
import { connectionKeepalive } from './checks/connection-keepalive.ts';
import { connectionMap } from './checks/connection-map.ts';
import { duplicate } from './checks/duplicate.ts';
import { errorLog } from './checks/error-log.ts';
import { frontTls } from './checks/front-tls.ts';
import { httpVersion } from './checks/http-version.ts';
import { http2 } from './checks/http2.ts';
import { idleTimeout } from './checks/idle-timeout.ts';
import { limitConn } from './checks/limit-conn.ts';
import { limitReq } from './checks/limit-req.ts';
import { noEffect } from './checks/no-effect.ts';
import { openFiles } from './checks/open-files.ts';
import { proxied } from './checks/proxied.ts';
import { proxyPassUri } from './checks/proxy-pass-uri.ts';
import { proxyScheme } from './checks/proxy-scheme.ts';
import { redirect } from './checks/redirect.ts';
import { requestHeaderBuffer } from './checks/request-header-buffer.ts';
import { resolver } from './checks/resolver.ts';
import { responseHeaderBuffer } from './checks/response-header-buffer.ts';
import { route } from './checks/route.ts';
import { shutdownTimeout } from './checks/shutdown-timeout.ts';
import { stickySessions } from './checks/sticky-sessions.ts';
import { syntax } from './checks/syntax.ts';
import { trailingSlash } from './checks/trailing-slash.ts';
import { upgradeHeader } from './checks/upgrade-header.ts';
import { workerConnections } from './checks/worker-connections.ts';
import { zeroTimeout } from './checks/zero-timeout.ts';
import type { Check, LocationSubject, ServerSubject, WholeSubject } from './types.ts';

export const WHOLE_CHECKS: readonly Check<WholeSubject>[] = [syntax, duplicate, proxied];

export const SERVER_CHECKS: readonly Check<ServerSubject>[] = [frontTls, http2];

export const LOCATION_CHECKS: readonly Check<LocationSubject>[] = [
  requestHeaderBuffer,
  route,
  redirect,
  trailingSlash,
  authRequest,
  limitConn,
  limitReq,
  proxyScheme,
  httpVersion,
  upgradeHeader,
  connectionHeader,
  connectionMap,
  connectionKeepalive,
  proxyPassUri,
  resolver,
  backendScheme,
  backendSni,
  backendVerify,
  stickySessions,
  responseHeaderBuffer,
  zeroTimeout,
  idleTimeout,
  noEffect,
  errorLog,
  accessLog,
];

export const PROCESS_CHECKS: readonly Check<WholeSubject>[] = [workerConnections, openFiles, shutdownTimeout];
