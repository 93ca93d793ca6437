/** TLS or not on the listening socket has to be what its port promises to clients. */
import { effective } from '../../nginx-conf/settings.ts';
import { NOWHERE, ok, write, wrong } from '../findings.ts';
import { socketsOf } from '../sockets.ts';
import type { Check, ServerSubject } from '../types.ts';

export const frontTls: Check<ServerSubject> = {
  id: 'front-tls',
  title: 'The port speaks what clients expect',
  examine: ({ conf, server, whole }) => {
    const sockets = socketsOf(conf, server);
    // With the PROXY protocol a load balancer stands before, which may have taken the TLS off.
    const plain = sockets.find(({ port, ssl, proxyProtocol }) => port === 443 && !ssl && !proxyProtocol);
    if (plain !== undefined) {
      return wrong(
        plain,
        'Port 443 is served without TLS: wss:// fails with 400.',
        'tls-to-plain-port',
        write('Speak TLS there (with ssl_certificate and ssl_certificate_key):', 'server', 'listen 443 ssl;'),
      );
    }
    const secured = sockets.find(({ port, ssl }) => port === 80 && ssl);
    if (secured !== undefined) {
      return wrong(
        secured,
        'Port 80 is served with TLS: ws:// and http:// fail with 400.',
        'plain-http-to-tls-port',
        write('Speak plain HTTP there:', 'server', 'listen 80;'),
      );
    }
    const tls = sockets.find(({ ssl }) => ssl);
    if (tls === undefined) return ok(sockets[0] ?? NOWHERE, 'The server speaks plain HTTP.');
    const rejects = effective(conf, server.directive, 'ssl_reject_handshake').at(-1)?.args[0] === 'on';
    const certified = effective(conf, server.directive, 'ssl_certificate').length > 0;
    if (rejects) {
      return wrong(
        tls,
        'ssl_reject_handshake turns every wss:// client away.',
        'client-tls-failed',
        write('Take clients in:', 'server', 'ssl_reject_handshake off;'),
      );
    }
    if (certified || !whole) return ok(tls, 'The server speaks TLS.');
    return wrong(
      tls,
      'The socket speaks TLS and the server has no certificate.',
      'config-invalid',
      write('Name it:', 'server', 'ssl_certificate     /etc/ssl/site.pem;\nssl_certificate_key /etc/ssl/site.key;'),
    );
  },
};
