/** A mail server on loopback that keeps what it gets, and fails when it is told to. */
import { createServer, type Server } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  readonly raw: string;
  readonly mail: Email;
  readonly to: readonly string[];
  readonly from: string;
  /** The user, where one logged in. */
  readonly user: string | null;
}

export class MailServer {
  readonly received: Received[] = [];
  /** The answer to the next messages, in place of acceptance. */
  refusal: { code: number; text: string } | null = null;
  /** Called once a message is there, before it is accepted. */
  onMessage: (() => void) | null = null;
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      ...options,
      onData: (stream, session, accept) => {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          if (this.refusal !== null) {
            const { code, text } = this.refusal;
            accept(Object.assign(new Error(text), { responseCode: code }));
            return;
          }
          const bytes = Buffer.concat(pieces);
          const { mailFrom, rcptTo } = session.envelope;
          void PostalMime.parse(bytes).then((mail) => {
            this.received.push({
              raw: bytes.toString('latin1'),
              mail,
              to: rcptTo.map(({ address }) => address),
              from: mailFrom === false ? '' : mailFrom.address,
              user: typeof session.user === 'string' ? session.user : null,
            });
            this.onMessage?.();
            accept();
          });
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async start(options: SMTPServerOptions = {}): Promise<MailServer> {
    const made = new MailServer({ disabledCommands: ['AUTH', 'STARTTLS'], ...options });
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', () => resolve()));
    return made;
  }

  get port(): number {
    const address = this.#server.server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return address.port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A port that nothing listens on. */
export async function deadPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return address === null || typeof address === 'string' ? 1 : address.port;
}
