/** A server of the Model Context Protocol over streamable HTTP, of revision 2025-11-25, written by hand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
  id?: number | string;
  method: string;
  params?: { name?: string; arguments?: Record<string, unknown>; protocolVersion?: string };
}

export class HttpStub {
  /** Names of its tools; a call says which was called. */
  tools = ['old'];
  /** What came, oldest first: the method, and the session it came with. */
  readonly asked: { method: string; session: string | undefined; headers: IncomingMessage['headers'] }[] = [];
  /** Answers before the protocol does; true: it has. */
  before: (message: Message, response: ServerResponse) => boolean = () => false;
  #server: Server | null = null;
  #port = 0;
  #sessions = new Set<string>();
  #count = 0;
  readonly #streams = new Set<ServerResponse>();

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  get calls(): number {
    return this.asked.filter(({ method }) => method === 'tools/call').length;
  }

  get handshakes(): number {
    return this.asked.filter(({ method }) => method === 'initialize').length;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** As if it were killed: all connections break, all sessions are forgotten. */
  async stop(): Promise<void> {
    this.forget();
    const server = this.#server;
    this.#server = null;
    if (!server) return;

    const closed = new Promise((resolve) => server.close(resolve));

    server.closeAllConnections();

    await closed;
  }

  /** Its sessions, as a restart behind a proxy does: connections stay. */
  forget(): void {
    this.#sessions = new Set();
  }

  changed(): void {
    for (const stream of this.#streams) send(stream, { method: 'notifications/tools/list_changed' });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = request.headers['mcp-session-id'] as string | undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const message = (
      request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString()) : { method: request.method }
    ) as Message;
    this.asked.push({ method: message.method, session, headers: request.headers });
    if (this.before(message, response)) return;
    const known = session !== undefined && this.#sessions.has(session);
    if (message.method === 'initialize') return this.#begin(message, response);
    if (!known) return void response.writeHead(session === undefined ? 400 : 404).end();
    if (request.method === 'DELETE') return void response.writeHead(200).end();
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      this.#streams.add(response.on('close', () => this.#streams.delete(response)));
      return;
    }
    if (message.id === undefined) return void response.writeHead(202).end();
    const { name } = message.params ?? {};
    if (message.method === 'tools/list') {
      const tools = this.tools.map((one) => ({ name: one, inputSchema: { type: 'object' } }));
      return answer(response, message, { tools });
    }
    if (name === undefined || !this.tools.includes(name))
      return answer(response, message, undefined, { code: -32602, message: `Unknown tool: ${name}` });
    answer(response, message, { content: [{ type: 'text', text: `${name} was called` }] });
  }

  #begin(message: Message, response: ServerResponse): void {
    const session = `session-${++this.#count}`;
    this.#sessions.add(session);
    response.setHeader('mcp-session-id', session);
    answer(response, message, {
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'http-stub', version: '1' },
    });
  }
}

function answer(response: ServerResponse, { id }: Message, result?: object, error?: object): void {
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, result, error }));
}

/** An event of a stream. */
export function send(response: ServerResponse, message: object): void {
  response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
}
