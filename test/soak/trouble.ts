/** What goes wrong between the hub and a platform, on demand: a server in front of the platform's that refuses, limits, loses answers and goes away. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of the hub to the platform. */
export interface Sending {
  method: string;
  /** With its query. */
  path: string;
  /** As text, decoded where it is a form. */
  body: string;
}

/** A platform's own way to say no, and what of its requests trouble may meet. */
export interface Manners {
  /** It sends, changes or streams a message. */
  sends(sending: Sending): boolean;
  /** The platform knows a message that comes again: a lost answer makes none twice. */
  hasKey(sending: Sending): boolean;
  /** How it refuses a request for something that the request can be sent without; null: it has nothing of the kind. */
  refusal(sending: Sending): { status: number; body: object } | null;
  /** How it limits, for a second. */
  limit: { status: number; headers: Record<string, string>; body: object };
}

export interface Counts {
  refused: number;
  limited: number;
  lostAnswers: number;
  awaySeconds: number;
}

export type Kind = 'refuse' | 'limit' | 'lose';

/** So much is asked of each kind of trouble, and then it passes. */
export class Trouble {
  readonly counts: Counts = { refused: 0, limited: 0, lostAnswers: 0, awaySeconds: 0 };
  /** Bodies whose answers were lost where the platform has no key. */
  readonly unsure: string[] = [];
  readonly #manners: Manners;
  readonly #due: Kind[] = [];
  #awaySince = 0;
  #met = 0;

  constructor(manners: Manners) {
    this.#manners = manners;
  }

  /** The next request that fits meets it. */
  plan(kind: Kind): void {
    this.#due.push(kind);
  }

  /** The platform cannot be reached for so long. */
  async goAway(ms: number): Promise<void> {
    this.#awaySince = performance.now();
    await new Promise((resolve) => setTimeout(resolve, ms + 20));
    this.counts.awaySeconds += (performance.now() - this.#awaySince) / 1000;
    this.#awaySince = 0;
  }

  get away(): boolean {
    return this.#awaySince > 0;
  }

  /** What the request meets; null: nothing. */
  meet(
    sending: Sending,
  ): 'hang up' | 'bad gateway' | 'lose' | { status: number; headers?: object; body: object } | null {
    if (this.away) return this.#met++ % 2 === 0 ? 'hang up' : 'bad gateway';
    if (!this.#manners.sends(sending)) return null;
    const refusal = this.#manners.refusal(sending);
    const kind = this.#due.find((due) => due !== 'refuse' || refusal !== null);
    if (!kind) return null;
    this.#due.splice(this.#due.indexOf(kind), 1);
    if (kind === 'limit') {
      this.counts.limited += 1;
      return this.#manners.limit;
    }
    if (kind === 'refuse') {
      this.counts.refused += 1;
      return refusal;
    }
    this.counts.lostAnswers += 1;
    if (!this.#manners.hasKey(sending)) this.unsure.push(sending.body);
    return 'lose';
  }
}

const page = '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>';

/** Meets a request with trouble. Gives whether it has been answered; `lose` is for the caller to do. */
export function meet(found: ReturnType<Trouble['meet']>, response: ServerResponse): boolean {
  if (found === null || found === 'lose') return false;
  if (found === 'hang up') response.destroy();
  else if (found === 'bad gateway') response.writeHead(502, { 'content-type': 'text/html' }).end(page);
  else
    response
      .writeHead(found.status, { 'content-type': 'application/json', ...found.headers })
      .end(JSON.stringify(found.body));
  return true;
}

/** A server that stands in front of a platform's. `url`: what stands for the platform's. */
export async function troubleBefore(
  platformUrl: string,
  trouble: Trouble,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { origin, pathname } = new URL(platformUrl);
  const server = createServer(async (incoming, response) => {
    try {
      const bytes = await bytesOf(incoming);
      const found = trouble.meet(sendingOf(incoming, bytes));
      if (!meet(found, response)) await pass(origin, incoming, bytes, response, found === 'lose');
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${here}${pathname === '/' && !platformUrl.endsWith('/') ? '' : pathname}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function pass(
  origin: string,
  incoming: IncomingMessage,
  bytes: Buffer,
  response: ServerResponse,
  lose: boolean,
): Promise<void> {
  const { method, headers, url } = incoming;
  await new Promise<void>((resolve, reject) => {
    const passed = request(`${origin}${url}`, { method, headers, agent: false }, async (answer) => {
      const body = await bytesOf(answer);
      if (lose) response.destroy();
      else response.writeHead(answer.statusCode!, answer.headers).end(body);
      resolve();
    });
    passed.once('error', reject);
    // The hub hung up: a long poll must not be answered to nobody.
    response.once('close', () => passed.destroy());
    passed.end(bytes);
  });
}

function sendingOf({ method = '', url = '', headers }: IncomingMessage, bytes: Buffer): Sending {
  const text = bytes.toString('utf8');
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return { method, path: url, body: form ? decodeURIComponent(text.replaceAll('+', ' ')) : text };
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
