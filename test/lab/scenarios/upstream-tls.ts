/** TLS between nginx and the backend. */
import { chatServer } from '../backends.ts';
import { knocks } from '../clients.ts';
import { chatLocation, proxied, type Scenario, SITE, site, UPGRADE } from '../lab.ts';

export const upstreamTlsScenarios: readonly Scenario[] = [
  {
    id: 'upstream-tls-mismatch',
    cause: 'upstream-tls-mismatch',
    websocket: 'yes',
    story: 'proxy_pass says https:// and the backend speaks plain HTTP.',
    run: async (lab) => {
      const port = await lab.port();
      await lab.use(chatServer({ port }));
      await lab.nginx({ servers: site(lab, `location /ws { ${UPGRADE} proxy_pass https://127.0.0.1:${port}; }`) });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-tls-mismatch-plain',
    cause: 'upstream-tls-mismatch',
    websocket: 'yes',
    story: 'proxy_pass says http:// and the backend speaks TLS; it drops the connection.',
    acceptFull: ['backend-closed-handshake'],
    acceptDefault: ['backend-closed-handshake'],
    run: async (lab) => {
      const port = await proxied(lab);
      await lab.use(chatServer({ port }, { tls: lab.certificate('backend') }));
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-tls-mismatch-plain-400',
    cause: 'upstream-tls-mismatch',
    websocket: 'yes',
    story: 'proxy_pass says http:// and the backend is another nginx with TLS, which answers 400.',
    acceptFull: ['backend-rejected-handshake'],
    acceptDefault: ['backend-rejected-handshake', 'upgrade-headers-missing', 'plain-http-to-tls-port'],
    run: async (lab) => {
      const port = await lab.port();
      const { certFile, keyFile } = lab.certificate('backend');
      const backend = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; access_log off; error_log /dev/null; }`;
      await lab.nginx({ servers: `${site(lab, chatLocation(port))}\n${backend}` });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-tls-verify-failed',
    cause: 'upstream-tls-verify-failed',
    websocket: 'yes',
    story: 'proxy_ssl_verify is on and the backend shows a certificate nobody signed.',
    run: async (lab) => {
      const port = await lab.port();
      const trusted = lab.certificate('ca.example');
      await lab.use(chatServer({ port }, { tls: lab.certificate('backend') }));
      const verify = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${trusted.certFile};`;
      await lab.nginx({
        servers: site(lab, `location /ws { ${UPGRADE} ${verify} proxy_pass https://127.0.0.1:${port}; }`),
      });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-tls-name',
    cause: 'upstream-tls-name',
    websocket: 'yes',
    story: 'The certificate is trusted but made out to another name.',
    known: ['--tls-name', 'backend.internal.example'],
    run: async (lab) => {
      const port = await lab.port();
      const certificate = lab.certificate('backend.internal.example');
      await lab.use(chatServer({ port }, { tls: certificate }));
      const verify = `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${certificate.certFile};`;
      const http = `upstream chat { server 127.0.0.1:${port}; }`;
      await lab.nginx({ http, servers: site(lab, `location /ws { ${UPGRADE} ${verify} proxy_pass https://chat; }`) });
      await knocks(lab.site, '/ws', 7);
    },
  },
  {
    id: 'upstream-tls-name-sni',
    cause: 'upstream-tls-name',
    websocket: 'yes',
    story: 'The backend only serves clients that send SNI, which nginx does not by default.',
    known: ['--tls-name', 'backend.internal.example'],
    acceptDefault: ['upstream-tls-mismatch'],
    acceptFull: ['upstream-tls-mismatch'],
    run: async (lab) => {
      const [port, application] = [await lab.port(), await lab.port()];
      await lab.use(chatServer({ port: application }));
      const { certFile, keyFile } = lab.certificate('backend.internal.example');
      const backend =
        `server { listen 127.0.0.1:${port} ssl default_server; ssl_reject_handshake on; access_log off; error_log /dev/null; }\n` +
        `server { listen 127.0.0.1:${port} ssl; server_name backend.internal.example ${SITE}; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}; access_log off; error_log /dev/null; location / { ${UPGRADE} proxy_pass http://127.0.0.1:${application}; } }`;
      await lab.nginx({
        servers: `${site(lab, `location /ws { ${UPGRADE} proxy_pass https://127.0.0.1:${port}; }`)}\n${backend}`,
      });
      await knocks(lab.site, '/ws', 7);
    },
  },
];
