/** A whole hub over HTTP, and the official SDK as it is. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { FatalError } from '../../../src/errors.js';
import type { Hub } from '../../../src/hub.js';
import type { ModelRequest } from '../../../src/llm/llm.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';

export class ChatRig {
  readonly home = new Home();
  readonly requests: ModelRequest[] = [];
  hub!: Hub;
  /** Whatever the next answers are; by default the echo of what was said. */
  answer: (said: string) => string | Promise<string> = (said) => `echo ${said}`;

  async open(): Promise<this> {
    this.home.character('other', { name: 'Eve', bio: '.' });
    const model = scriptedModel(async (request) => {
      this.requests.push(request);
      const said = lastSaid(request);
      if (said.includes('refuse')) throw new FatalError('model_refused', 'The key is wrong.');
      return this.answer(said);
    });
    // Cut in the middle, and refused whenever it is tried again.
    const stream = model.stream.bind(model);
    model.stream = async function* (request, signal) {
      const breaks = lastSaid(request).includes('break off');
      for await (const chunk of stream(request, signal)) {
        yield chunk;
        if (breaks) throw new FatalError('model_refused', 'The line is cut.');
      }
    };
    this.hub = await this.home.hub({ model: () => model }, { CARRIER_STREAMING: 'true' });
    return this;
  }

  close(): Promise<void> {
    return this.home.dispose();
  }

  get admin(): string {
    return this.hub.token.secret;
  }

  sdk(apiKey = this.admin, baseURL = `${this.hub.url}/v1`, maxRetries = 2): OpenAI {
    return new OpenAI({ apiKey, baseURL, maxRetries });
  }

  async token(what: object): Promise<string> {
    const response = await this.fetch('POST', '/tokens', { body: { name: crypto.randomUUID(), ...what } });
    return ((await response.json()) as { token: string }).token;
  }

  fetch(
    method: string,
    path: string,
    { token = this.admin, body, headers }: { token?: string; body?: unknown; headers?: object } = {},
  ): Promise<Response> {
    return fetch(this.hub.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** What stands in a room, as the hub's API has it. */
  async room(room: string, token?: string): Promise<{ role: string; text: string }[]> {
    const path = `/assistant/rooms/${encodeURIComponent(room)}/messages?limit=200`;
    const answer = (await (await this.fetch('GET', path, { ...(token && { token }) })).json()) as {
      messages: { role: string; text: string }[];
    };
    return answer.messages;
  }

  /** What people said there. */
  async said(room: string): Promise<string[]> {
    return (await this.room(room)).filter(({ role }) => role === 'user').map(({ text }) => text);
  }

  async rooms(): Promise<string[]> {
    const { rooms } = (await (await this.fetch('GET', '/rooms?limit=200')).json()) as {
      rooms: { channel: string }[];
    };
    return rooms.map(({ channel }) => channel).sort();
  }
}

export type Message = { role: 'user' | 'assistant' | 'system'; content: string };

/** What a chat program does: it keeps what was said, and sends all of it with every call. */
export class Talk {
  readonly messages: Message[] = [];
  readonly #sdk: OpenAI;
  readonly #more: { user?: string; headers?: Record<string, string> };

  constructor(sdk: OpenAI, more: { user?: string; headers?: Record<string, string> } = {}) {
    this.#sdk = sdk;
    this.#more = more;
  }

  async say(content: string): Promise<string> {
    this.messages.push({ role: 'user', content });
    const answer = await this.send();
    this.messages.push({ role: 'assistant', content: answer });
    return answer;
  }

  async send(): Promise<string> {
    const { user, headers } = this.#more;
    const { choices } = await this.#sdk.chat.completions.create(
      { model: 'assistant', messages: this.messages, ...(user !== undefined && { user }) },
      { ...(headers && { headers }) },
    );
    return choices[0]!.message.content!;
  }
}

export interface Faults {
  url: string;
  /** Headers of the requests that came by. */
  seen: IncomingMessage['headers'][];
  close(): void;
}

/** A proxy whose first answers do not arrive, though the hub gave them: cut, or a status of its own. */
export async function faulty(target: string, faults: ('cut' | 500)[]): Promise<Faults> {
  const seen: IncomingMessage['headers'][] = [];
  const { hostname, port } = new URL(target);
  const server: Server = createServer(async (req, res) => {
    seen.push(req.headers);
    const fault = faults.shift();
    const body = Buffer.concat(await req.toArray());
    const { method, url: path, headers } = req;
    const passed = httpRequest({ hostname, port, method, path, headers }, async (answer) => {
      if (!fault) {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
        return;
      }
      // The hub has taken it, and has begun to answer.
      await answer.toArray();
      if (fault === 'cut') res.destroy();
      else res.writeHead(fault, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    });
    passed.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
