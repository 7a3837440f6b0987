/** A hub over real HTTP with a token for every role and relation of the matrix, and what ann of acme has there. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { httpConnector } from '../../../connectors/http/connector.js';
import { roles } from '../../../src/access/role.js';
import { turnIdOf } from '../../../src/core/turn.js';
import { defineAction, FatalError } from '../../../src/extension-api.js';
import type { Hub } from '../../../src/hub.js';
import { Platform } from '../../hub/platform.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { until } from '../../support/until.js';

/** Whatever JSON there is. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Ask {
  path: string;
  body?: object | undefined;
}

export interface Answered {
  status: number;
  text: string;
  json: Json;
}

/** To what a token of each relation is bound; `expectations.ts` says it in words. */
const bounds: Record<string, object> = {
  hub: {},
  agent: { agents: ['assistant', 'closed'] },
  otherAgent: { agents: ['other'] },
  tenant: { tenant: 'acme' },
  otherTenant: { tenant: 'beta' },
  self: { tenant: 'acme', user: 'ann' },
  otherPerson: { tenant: 'acme', user: 'bob' },
};

/** Answers where the address ends so, and leaves everything else to others. */
class Routed extends Platform {
  readonly routes;

  constructor(name: string, agentId?: string) {
    super(name, agentId);
    if (agentId === undefined) delete (this as { agentId?: string }).agentId;
    const handler = (req: Json, res: Json, next: () => void) =>
      req.path === `/connectors/${name}` ? res.end('here') : next();
    this.routes = { access: 'token' as const, handler };
  }
}

const wire = defineAction({
  ...{ name: 'wire', description: 'Wires money.', parameters: z.object({}), needsApproval: () => true },
  run: async () => 'wired',
});

export class Stage {
  readonly home = new Home();
  hub!: Hub;
  #receiver!: Server;
  #held = 0;
  readonly #tokens = new Map<string, string>();

  async open(): Promise<void> {
    for (const id of ['assistant', 'other'])
      this.home.character(id, {
        ...{ name: 'Ada', bio: '.', type: 'task', plugins: ['bank', 'remember'] },
        budget: { per: 'person', tokens: 1e9 },
      });
    const closed = { http: { dm: 'pairing' } };
    this.home.character('closed', { name: 'Eve', bio: '.', plugins: [], connectors: closed });
    this.#receiver = createServer(({ url }, res) => res.writeHead(url === '/good' ? 200 : 404).end());
    await new Promise<void>((done) => this.#receiver.listen(0, '127.0.0.1', done));
    const http = httpConnector({
      ...{ maxBodyBytes: 1e5, maxFileBytes: 1e5, maxFiles: 5, maxBacklog: 100, maxUploadingBytes: 1e6 },
      ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: true, callbackSecret: 'secret', pollMs: 20 },
      callbackSecretOf: async () => 'of that token',
    });
    const model = scriptedModel(async (request, signal) => {
      const said = lastSaid(request);
      if (said.includes('fail')) throw new FatalError('model_refused', 'The key is wrong.');
      if (said.includes('wire')) return { calls: [{ name: 'wire', arguments: '{}' }] };
      if (said.includes('note it') && request.messages.at(-1)!.role !== 'tool')
        return { calls: [{ name: 'remember', arguments: '{"fact":"I like herons"}' }] };
      if (said.includes('plan it') && request.messages.at(-1)!.role !== 'tool')
        return { calls: [{ name: 'start_task', arguments: '{"goal":"order","steps":["sort"]}' }] };
      if (!said.includes('hold')) return `echo ${said}`;
      this.#held += 1;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const bank = {
      ...{ name: 'bank', actions: [wire] },
      routes: { handler: (_req: Json, res: Json) => res.end('here') },
    };
    this.hub = await this.home.hub(
      {
        connectors: [http, new Routed('of-all'), new Routed('of-agent', 'assistant')],
        ...{ model: () => model, plugins: [bank] },
      },
      { CARRIER_DELIVERY_REFUSED_MS: '50' },
    );
    this.#tokens.set('hub itself', this.hub.token.secret);
    await this.#issue('acme itself', { tenant: 'acme', role: 'owner' });
    for (const [relation, bound] of Object.entries(bounds))
      for (const role of roles) await this.#issue(`${relation} ${role}`, { role, ...bound });
  }

  async close(): Promise<void> {
    await this.home.dispose();
    this.#receiver?.close();
  }

  /** @param who `hub itself`, `acme itself`, or a relation and a role, such as `otherAgent guest`. */
  async ask(who: string, method: string, { path, body }: Ask): Promise<Answered> {
    const form = body instanceof FormData;
    const response = await fetch(this.hub.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.tokenOf(who)}`,
        ...(!form && { 'content-type': 'application/json' }),
      },
      ...(method !== 'GET' && { body: form ? body : JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, text, json: isJson && text ? JSON.parse(text) : null };
  }

  tokenOf(who: string): string {
    return this.#tokens.get(who)!;
  }

  /** As whoever runs the hub. @throws Error unless it is done. */
  async get(path: string): Promise<Json> {
    return this.#done('hub itself', 'GET', { path });
  }

  async post(path: string, body: object = {}): Promise<Json> {
    return this.#done('hub itself', 'POST', { path, body });
  }

  /** Ann says something to her agent, as acme's own program tells it. */
  async say(text: string, more: object = {}, agent = 'assistant'): Promise<Answered> {
    return this.ask('acme itself', 'POST', {
      path: `/${agent}/message`,
      body: { userId: 'ann', text, ...more },
    });
  }

  /** As operations name ann's room, or a shared one. */
  async roomId(channel = 'user:ann'): Promise<string> {
    const { rooms } = await this.get('/rooms?limit=200');
    return rooms.find((room: Json) => room.channel === channel && room.tenant === 'acme').roomId;
  }

  /** Ann asks for something that the model answers only when it is stopped. */
  async hold(): Promise<{ turnId: string; roomId: string }> {
    const before = this.#held;
    void this.say('hold this').catch(() => {});
    await until(() => this.#held > before);
    const roomId = await this.roomId();
    const { messages } = await this.get(`/rooms/${roomId}/messages?order=newest&limit=1`);
    return { roomId, turnId: turnIdOf(messages[0]) };
  }

  /** A reply to ann that was given up. */
  async dead(): Promise<string> {
    const dead = async () =>
      (await this.get('/deliveries?state=dead&agentId=assistant&limit=100')).deliveries[0]?.id;
    const waits = async () => (await this.get('/deliveries?state=waiting')).deliveries.length > 0;
    if (!(await dead()) && !(await waits()))
      await this.say('call back', { callbackUrl: this.#address('bad') });
    await until(async () => {
      // A reply is given up when its platform takes others.
      if (!(await dead()))
        await this.say('call back', { userId: 'greta', callbackUrl: this.#address('good') });
      return (await dead()) !== undefined;
    });
    return dead();
  }

  #address(path: string): string {
    return `http://127.0.0.1:${(this.#receiver.address() as AddressInfo).port}/${path}`;
  }

  async #issue(name: string, what: object): Promise<void> {
    this.#tokens.set(name, (await this.post('/tokens', { name, ...what })).token);
  }

  async #done(who: string, method: string, ask: Ask): Promise<Json> {
    const { status, json, text } = await this.ask(who, method, ask);
    if (status !== 200) throw new Error(`${method} ${ask.path}: ${status} ${text}`);
    return json;
  }
}
