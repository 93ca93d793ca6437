/** The bench one scenario works at: a folder, ports, and everything started on it stopped again. */
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { isAtLeast } from '../../src/nginx-conf/values.ts';
import type { Backend } from './backends.ts';
import { type Certificate, selfSigned } from './certificates.ts';
import type { Target } from './clients.ts';
import { makeRoot, type Nginx, type NginxConfig, type NginxLogs, readLogs, removeRoot, startNginx } from './nginx.ts';
import { nginxBinary } from './setup.ts';
import { type LabNginx, versionOf } from './versions.ts';

/** The name every scenario's site goes by, unless it says otherwise. */
export const SITE = 'chat.example.com';

/** What is known about a cause beforehand, and how to bring it about. */
export interface Scenario {
  /** Name of the story and of its folder in samples/. */
  readonly id: string;
  /** The verdict that is right with all logs; null: nothing is wrong. */
  readonly cause: string | null;
  readonly websocket: 'yes' | 'no' | 'unknown';
  /** One sentence: what goes on. */
  readonly story: string;
  /** Other verdicts that are honest with everything logged. `none`: no WebSocket incident. */
  readonly acceptFull?: readonly string[];
  /** The same when the error log holds only errors and the access log is `combined`. */
  readonly acceptDefault?: readonly string[];
  /** Needs a network namespace of its own, that is root on Linux. */
  readonly isolated?: boolean;
  /** nginx versions before this one do not behave so. */
  readonly since?: string;
  /** What a person who mends the fault knows and neither logs nor configuration say: options of `wslog fix`. */
  readonly known?: readonly string[];
  run(lab: Lab): Promise<void>;
}

export interface Lab {
  readonly root: string;
  /** nginx's plain port, and its TLS port for scenarios that have one. */
  readonly web: number;
  readonly webTls: number;
  readonly site: Target;
  readonly secureSite: Target;
  /** Whether the nginx of this run has this version or a later one. */
  since(version: string): boolean;
  /** A free port. */
  port(): Promise<number>;
  /** A path below the run's folder, e.g. `run/chat.sock`. */
  path(relative: string): string;
  file(relative: string, text: string): void;
  certificate(name: string): Certificate;
  /** Starts nginx; it is stopped when the scenario ends. */
  nginx(config: NginxConfig, isolate?: string): Promise<Nginx>;
  /** Registers a backend for stopping; returns it. */
  use(backend: Promise<Backend>): Promise<Backend>;
}

/** Recordings are made one after another and start at the same port, so that a new recording differs little. */
const RECORDING = process.env.WSLOG_RECORD === '1';
const FIRST_PORT = RECORDING ? 8079 : 18_000 + (process.pid % 50) * 100;
let nextPort = FIRST_PORT;

/** Ports below the ephemeral range, so that no outgoing connection takes one in between. */
async function freePort(): Promise<number> {
  for (;;) {
    nextPort = nextPort >= 31_000 ? FIRST_PORT : nextPort + 1;
    const candidate = nextPort;
    const free = await new Promise<boolean>((resolve) => {
      const probe = net.createServer();
      probe.once('error', () => resolve(false));
      probe.listen({ host: '127.0.0.1', port: candidate }, () => probe.close(() => resolve(true)));
    });
    if (free) return candidate;
  }
}

export interface RunOptions {
  /** Default: this machine's own nginx. */
  readonly nginx?: Pick<LabNginx, 'binary' | 'version'>;
  /** Changes each configuration before nginx reads it. */
  readonly prepare?: (file: string) => Promise<void>;
  /** What clients do after the scenario, before nginx is stopped. */
  readonly afterwards?: (lab: Lab) => Promise<void>;
}

/** Runs a scenario from start to end and returns what nginx logged. */
export async function runScenario(scenario: Pick<Scenario, 'run'>, options: RunOptions = {}): Promise<NginxLogs> {
  const binary = options.nginx?.binary ?? nginxBinary();
  const version = options.nginx?.version ?? versionOf(binary) ?? '0';
  if (RECORDING) nextPort = FIRST_PORT;
  const root = makeRoot();
  const backends: Backend[] = [];
  const servers: Nginx[] = [];
  const web = await freePort();
  const webTls = await freePort();
  const lab: Lab = {
    root,
    web,
    webTls,
    site: { port: web, host: SITE },
    secureSite: { port: webTls, host: SITE, tls: true },
    since: (other) => isAtLeast(version, other),
    port: freePort,
    path: (relative) => join(root, relative),
    file: (relative, text) => writeFileSync(join(root, relative), text),
    certificate: (name) => selfSigned(join(root, 'etc/nginx'), name),
    nginx: async (config, isolate) => {
      const server = await startNginx(root, config, { binary, isolate, prepare: options.prepare });
      servers.push(server);
      return server;
    },
    use: async (backend) => {
      const started = await backend;
      backends.push(started);
      return started;
    },
  };
  try {
    try {
      await scenario.run(lab);
      await options.afterwards?.(lab);
    } finally {
      for (const server of servers) await server.stop();
      for (const backend of backends) await backend.stop();
    }
    return readLogs(root);
  } finally {
    removeRoot(root);
  }
}

/** The two header lines every WebSocket location needs, HTTP/1.1 and the Host. */
export const UPGRADE =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $host;';

/** A server block for the site with these directives. */
export function site(lab: Lab, body: string): string {
  const lines = body
    .trim()
    .split('\n')
    .map((line) => `  ${line.trim()}`)
    .join('\n');
  return `server {\n  listen 127.0.0.1:${lab.web};\n  server_name ${SITE};\n${lines}\n}`;
}

/** The same on the TLS port. */
export function secureSite(lab: Lab, body: string, listenOptions = 'ssl', name = SITE): string {
  const certificate = lab.certificate(name);
  return site(
    lab,
    `ssl_certificate ${certificate.certFile};\nssl_certificate_key ${certificate.keyFile};\n${body}`,
  ).replace(`listen 127.0.0.1:${lab.web};`, `listen 127.0.0.1:${lab.webTls} ${listenOptions};`);
}

/** A `/ws` location that leads to this port of the loopback, with these directives besides. */
export function chatLocation(port: number, more = ''): string {
  return `location /ws { ${UPGRADE} ${more} proxy_pass http://127.0.0.1:${port}; }`;
}

/** Starts nginx before a fresh port and returns the port, for a backend to listen on. */
export async function proxied(lab: Lab, more = ''): Promise<number> {
  const port = await lab.port();
  await lab.nginx({ servers: site(lab, chatLocation(port, more)) });
  return port;
}
