/** Serves the built console, and answers it as a hub would whose every step a test decides. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const pages = resolve(dirname(fileURLToPath(import.meta.url)), '../../dist/web/console');
const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'";

interface Said {
  id: string;
  messageId?: string;
  role: 'user' | 'assistant';
  text: string;
  author: { id: string; name?: string };
  status: string;
  turnId: string | null;
  replyTo: null;
  createdAt: string;
  attachments?: { name: string; mediaType: string; size: number }[];
}

export class TalkServer {
  readonly room = 'room_one';
  /** The oldest first. */
  readonly said: Said[] = [];
  /** Bodies of POST, as they came. */
  readonly posts: { path: string; body: string; headers: IncomingMessage['headers'] }[] = [];
  readonly streams = new Set<ServerResponse>();
  /** What a POST of a message does instead of being answered. */
  onPost: (res: ServerResponse, store: () => void) => void = (res, store) => {
    store();
    sendJson(res, 202, { messageId: 'm', roomId: 'user:me', status: 'accepted' });
  };
  onStop = () => 'turn-1' as string | null;
  readonly turns = new Map<string, object>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((req, res) => void this.#answer(req, res));
  }

  async start(host = '127.0.0.1'): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, host, done));
  }

  url(host = '127.0.0.1'): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  clear(): void {
    this.said.length = 0;
    this.posts.length = 0;
    this.turns.clear();
  }

  say(text: string, more: Partial<Said> = {}): Said {
    const number = String(this.said.length + 1).padStart(4, '0');
    const said: Said = {
      ...{ id: `id-${number}`, role: 'user', text, author: { id: 'me' }, status: 'handled' },
      ...{ turnId: null, replyTo: null, createdAt: new Date().toISOString(), ...more },
    };
    this.said.push(said);
    return said;
  }

  turn(event: object): void {
    this.#write(
      `event: turn\ndata: ${JSON.stringify({ roomId: this.room, turnId: 'turn-1', ...event })}\n\n`,
    );
  }

  /** The answer is stored, and told of. */
  reply(text: string, turnId = 'turn-1'): void {
    for (const one of this.said) if (one.status === 'pending') one.status = 'handled';
    this.say(text, { role: 'assistant', turnId, author: { id: 'ada', name: 'Ada' } });
    this.turn({ type: 'turn.finished', turnId });
  }

  hub(event: object): void {
    this.#write(
      `id: c1\nevent: message.stored\ndata: ${JSON.stringify({ type: 'message.stored', roomId: this.room, ...event })}\n\n`,
    );
  }

  #write(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url!, 'http://hub');
    if (req.method === 'POST') return this.#post(req, res, pathname);
    if (pathname === '/') {
      res.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
      res.end(readFileSync(join(pages, 'index.html')));
    } else if (pathname.startsWith('/console/assets/')) asset(res, pathname);
    else if (pathname === '/console/me') sendJson(res, 200, me);
    else if (pathname === '/console/live') this.#live(res);
    else if (pathname === '/ada/rooms/user:me/messages' || pathname === '/ada/rooms/user%3Ame/messages')
      sendJson(res, 200, this.#page(searchParams));
    else if (/\/files\/\d+$/.test(pathname)) {
      res.writeHead(200, { 'content-type': 'image/png' });
      res.end(onePixel);
    } else if (pathname.startsWith('/ada/turns/'))
      sendJson(
        res,
        200,
        this.turns.get(pathname.split('/').at(-1)!) ?? { status: 'done', error: null, actions: [] },
      );
    else sendJson(res, 200, { rooms: [], nextCursor: null });
  }

  async #post(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of req) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString('latin1');
    this.posts.push({ path, body, headers: req.headers });
    if (path.endsWith('/stop')) return sendJson(res, 200, { turnId: this.onStop() });
    if (!path.endsWith('/message')) return sendJson(res, 200, {});
    this.onPost(res, () => this.#store(body));
  }

  #store(body: string): void {
    const field = (name: string) => new RegExp(`name="${name}"\r\n\r\n([^\r]*)`).exec(body)?.[1] ?? '';
    const fields = body.startsWith('{')
      ? (JSON.parse(Buffer.from(body, 'latin1').toString()) as { text: string; messageId: string })
      : { text: field('text'), messageId: field('messageId') };
    const { text, messageId } = fields;
    if (this.said.some((one) => one.messageId === messageId)) return;
    const attachments = [...body.matchAll(/filename="([^"]*)"\r\nContent-Type: ([^\r]*)/g)].map(
      ([, name, type]) => ({
        ...{ name: name!, mediaType: type!, size: 3 },
      }),
    );
    this.say(text, { messageId, status: 'pending', ...(attachments.length > 0 && { attachments }) });
  }

  #live(res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(': here\n\n');
    this.streams.add(res);
    res.once('close', () => this.streams.delete(res));
  }

  #page(query: URLSearchParams): object {
    const limit = Number(query.get('limit'));
    const end = Number(query.get('cursor') ?? this.said.length);
    const begin = Math.max(0, end - limit);
    const messages = this.said.slice(begin, end).reverse();
    return { messages, nextCursor: begin > 0 ? String(begin) : null, hubRoomId: this.room };
  }
}

const me = {
  ...{ name: 'Mia', role: 'member', tenant: 'default', user: 'me', version: '1' },
  ...{ permissions: { 'turns.stop': true, 'turns.rate': true }, agents: [{ id: 'ada', name: 'Ada' }] },
};
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function asset(res: ServerResponse, path: string): void {
  const file = join(pages, 'assets', path.split('/').at(-1)!);
  if (!existsSync(file)) {
    sendJson(res, 404, {});
    return;
  }
  res.writeHead(200, { 'content-type': types[file.split('.').at(-1)!] ?? 'text/plain' });
  res.end(readFileSync(file));
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
