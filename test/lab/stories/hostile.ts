/** Requests that try to write into the logs what never happened. */
import { person } from '../clients.ts';
import { type Lab, runScenario, SITE, site, UPGRADE } from '../lab.ts';
import { handshakeText, sendRaw } from '../odd-clients.ts';
import { neutral, storyFolder } from '../recording.ts';
import { writeStory } from './story.ts';

const SECRETS = {
  token: 'S3cr3tT0kenValue4711',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  session: 'f00dfeedf00dfeedf00dfeedf00dfeed',
} as const;

/** Requests that try to write into the error log what never happened, among real refusals. */
export async function recordHostile(): Promise<void> {
  const line =
    '2026/11/22%2012:00:00%20[error]%201%231:%20*9%20upstream%20timed%20out%20(110:%20Connection%20timed%20out)' +
    '%20while%20proxying%20upgraded%20connection,%20client:%206.6.6.6,%20server:%20bank.test';
  const complete = `${line},%20request:%20%22GET%20/ws%20HTTP/1.1%22,%20upstream:%20%22http://9.9.9.9:80/ws%22,%20host:%20%22bank.test%22`;
  const get = (path: string, headers = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${SITE}\r\nConnection: close\r\n${headers}\r\n`;
  let refused = 0;
  const logs = await runScenario({
    run: async (lab: Lab) => {
      lab.file('var/www/html/index.html', '<!doctype html><title>Chat</title>\n');
      const port = await lab.port();
      const body = `root ${lab.path('var/www/html')};\nlocation /ws { ${UPGRADE} proxy_pass http://127.0.0.1:${port}; }`;
      await lab.nginx({
        servers: site(lab, body),
        accessLog: `access_log ${lab.path('var/log/nginx/access.log')} combined;`,
      });
      const send = (bytes: string, index: number): Promise<string> =>
        sendRaw(lab.web, bytes, { who: person(index), waitMs: 150 });
      const hit = async (bytes: string, index: number): Promise<void> => {
        if ((await send(bytes, index)).startsWith('HTTP/1.1 502')) refused++;
      };
      // Whole lines forged through a decoded file name: unfinished, complete, and in the middle of a name.
      await send(get(`/a%0a${line}`), 0);
      await send(get(`/a%0a${complete}`), 1);
      await send(get(`/a%0a${complete}%0ab`), 2);
      await send(get(`/a%0d%0a${complete}`), 3);
      // Fields forged before the real ones, then after them.
      await send(
        get(
          '/x%22%20failed%20(2:%20No),%20client:%206.6.6.6,%20server:%20bank.test,%20request:%20%22GET%20/ws%20HTTP/1.1%22,%20upstream:%20%22http://9.9.9.9/',
        ),
        4,
      );
      await hit(handshakeText(SITE, '/ws', 'Referer: x", upstream: "http://9.9.9.9/", host: "bank.test\r\n'), 0);
      await hit(
        handshakeText(
          SITE,
          '/ws',
          'Referer: x, upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6\r\n',
        ),
        1,
      );
      await hit(handshakeText(SITE, '/ws", upstream: "http://9.9.9.9/ws", host: "bank.test'.replaceAll(' ', '%20')), 2);
      // Terminal escapes, C1 controls, a right-to-left override, bytes that are not UTF-8.
      await send(get('/%1b]0;pwn%07%1b[2J'), 3);
      await send(get('/%c2%9b31m%e2%80%aeevil%ff%fe'), 4);
      await hit(handshakeText(SITE, '/ws', 'Referer: http://x/\x1b]0;pwn\x07\x1b[31m\xe2\x80\xae\r\n'), 0);
      await hit(
        handshakeText(
          SITE,
          '/ws',
          "User-Agent: \x1b[2J=cmd|' /c calc'!A0 <script>alert(1)</script> [x](http://evil.test)\r\n",
        ),
        1,
      );
      // A request line so long that nginx cuts the record before upstream and host.
      await hit(handshakeText(SITE, `/ws?pad=${'A'.repeat(3000)}`), 2);
      // Secrets where browsers put them, because they cannot set headers.
      await hit(handshakeText(SITE, `/ws?token=${SECRETS.token}`), 3);
      await hit(
        handshakeText(
          SITE,
          `/ws?access_token=${SECRETS.jwt}`,
          `Referer: https://${SITE}/?session=${SECRETS.session}\r\n`,
        ),
        4,
      );
      // Names that are properties of every object, and shell and markup in paths.
      await hit(handshakeText('__proto__', '/ws/constructor'), 0);
      await hit(handshakeText(SITE, '/ws/$(reboot)`id`<img/src=x>'), 1);
      // Bytes that are no request at all.
      await send('\x16\x03\x01\x00\x05garbage"x\r\n\r\n', 2);
      await send('GET /ws HTTP/9.9\r\n\r\n', 3);
      for (let i = 0; i < 4; i++) await hit(handshakeText(SITE, '/ws'), i);
    },
  });
  writeStory(
    storyFolder('hostile'),
    { 'nginx.conf': logs.config, 'error.log': neutral(logs.error), 'access.log': logs.combined },
    {
      story: 'A chat backend that is down, and clients that forge lines, fields, escapes and carry secrets.',
      incidents: [{ cause: 'backend-refused', websocket: 'yes', count: refused }],
      forged: ['6.6.6.6', '9.9.9.9', 'bank.test'],
      secrets: Object.values(SECRETS),
    },
  );
}
