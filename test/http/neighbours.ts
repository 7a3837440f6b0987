/** A real hub over real HTTP with two tenants: acme has said and sent things there; beta and others try to reach them. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { httpConnector } from '../../connectors/http/connector.js';
import { tokenId } from '../../src/access/issued-token.js';
import type { Carrier } from '../../src/carrier.js';
import { turnIdOf } from '../../src/core/turn.js';
import { FatalError } from '../../src/errors.js';
import { defineAction } from '../../src/extension-api.js';
import { type HttpServer, startHttpServer } from '../../src/http/server.js';
import { all } from '../../src/store/paging.js';
import { Platform } from '../hub/platform.js';
import { keptFact } from '../support/facts.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

/** Whatever JSON there is. */
type Json = ReturnType<typeof JSON.parse>;

export interface Ask {
  path: string;
  body?: object;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  headers: Record<string, string | null>;
  text: string;
  json: Json;
}

/** What acme has, by its ids; or ids that nobody has. */
export interface Things {
  agent: string;
  /** As the API names it. */
  room: string;
  message: string;
  roomId: string;
  turn: string;
  failedTurn: string;
  runningTurn: string;
  runningRoom: string;
  /** A call that waits for a decision. */
  approval: string;
  delivery: string;
  schedule: string;
  fact: string;
  pairing: string;
  code: string;
  person: string;
  token: string;
}

export const nobodys: Things = {
  ...{ agent: 'nobody', room: 'nowhere', message: 'msg_none', roomId: 'room_none', turn: 'turn_none' },
  ...{ failedTurn: 'turn_none2', runningTurn: 'turn_none3', runningRoom: 'room_none2', delivery: 'none' },
  approval: 'ap_aaaaaaaaaa',
  schedule: 'none',
  fact: 'none',
  ...{
    pairing: 'pairing_none',
    code: 'ABCDEFGH',
    person: 'nobody-here',
    token: 'no-such-token',
    tenant: 'no-tenant',
  },
};

const wire = defineAction({
  ...{ name: 'wire', description: 'Wires.', parameters: z.object({}), needsApproval: true },
  run: async () => 'wired',
});

/** Tokens that are issued, besides the administrators'. */
const issued: Record<string, object> = {
  'a member of the hub': { tenant: 'default' },
  'beta’s owner': { tenant: 'beta', role: 'owner' },
  'beta’s root': { tenant: 'beta', role: 'operator', user: 'root' },
  'acme’s bob': { tenant: 'acme', user: 'bob' },
  'acme’s bob, an operator': { tenant: 'acme', role: 'operator', user: 'bob' },
  'the same alice of beta': { tenant: 'beta', user: 'alice' },
  'acme’s, for another agent': { tenant: 'acme', role: 'admin', agents: ['other'] },
  'the hub’s, for another agent': { tenant: 'default', role: 'owner', agents: ['other'] },
  'acme’s, for the audit log': { tenant: 'acme', role: 'admin', scopes: ['audit.read'] },
};

/** As a newer hub, or somebody by hand, may have written them. */
const strange = {
  'the hub’s, for what there is not': { role: 'owner', scopes: ['all', '*', 'messages.*'] },
  'the hub’s, of a role there is not': { role: 'emperor' },
};

/** Those that see nothing of what acme's alice has in the room and with the agent that they have it with. */
export const strangers = [
  'beta',
  ...Object.keys(issued),
  ...Object.keys(strange),
  'a record’s, of a role there is not',
];

export class Neighbours {
  readonly home = new Home();
  readonly platform = new Platform();
  carrier!: Carrier;
  theirs!: Things;
  #server!: HttpServer;
  #receiver!: Server;
  readonly #held: (() => void)[] = [];
  readonly #tokens = new Map<string, string>();

  async open(): Promise<void> {
    for (const id of ['assistant', 'other'])
      this.home.character(id, { name: 'Ada', bio: '.', plugins: ['bank'] });
    const pairing = { http: { dm: 'pairing', operators: ['root'] } };
    this.home.character('closed', { name: 'Eve', bio: '.', plugins: [], connectors: pairing });
    this.#receiver = createServer(({ url }, res) => res.writeHead(url === '/good' ? 200 : 404).end());
    await new Promise<void>((done) => this.#receiver.listen(0, '127.0.0.1', done));
    const limits = {
      maxBodyBytes: 1e5,
      maxFileBytes: 1e5,
      maxFiles: 5,
      maxBacklog: 100,
      maxUploadingBytes: 1e6,
    };
    const http = httpConnector({
      ...{
        ...limits,
        replyTimeoutMs: 20_000,
        callbackAllowPrivate: true,
        callbackSecret: 'secret',
        pollMs: 50,
      },
    });
    const model = scriptedModel(async (request) => {
      const said = lastSaid(request);
      if (said.includes('fail')) throw new FatalError('model_refused', 'The key is wrong.');
      if (said.includes('wire') && request.messages.at(-1)!.role === 'user')
        return { calls: [{ name: 'wire', arguments: '{}' }] };
      if (said.includes('hold')) await new Promise<void>((go) => this.#held.push(go));
      return `echo ${said}`;
    });
    this.carrier = await this.home.carrier(
      { connectors: [this.platform, http], model: () => model, plugins: [{ name: 'bank', actions: [wire] }] },
      { CARRIER_DELIVERY_REFUSED_MS: '50' },
    );
    this.#server = await startHttpServer({
      config: { host: '127.0.0.1', port: 0 },
      connectors: () => this.carrier.connectors(),
      plugins: () => this.carrier.routes(),
      tokens: this.carrier.tokens.known,
      ready: () => this.carrier.ready(),
      metrics: () => this.carrier.metrics(),
      operations: this.carrier.operations,
      log: { error: () => {}, warn: () => {} } as never,
    });
    await this.#issue();
    await this.#fill();
  }

  async close(): Promise<void> {
    for (const go of this.#held) go();
    await this.#server?.close(100);
    this.#receiver?.close();
    await this.home.dispose();
  }

  /** @param who `default`, `acme`, `beta`: administrators there; or one of `strangers`. */
  async ask(who: string, method: string, { path, body, headers }: Ask): Promise<Answered> {
    const form = body instanceof FormData;
    const response = await fetch(this.#server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#tokens.get(who)}`,
        ...(!form && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(method !== 'GET' && method !== 'HEAD' && { body: form ? body : JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    const shown = [
      'content-type',
      'content-disposition',
      'cache-control',
      'allow',
      'retry-after',
      'www-authenticate',
    ];
    const told = Object.fromEntries(shown.map((name) => [name, response.headers.get(name)]));
    const isJson = told['content-type']?.startsWith('application/json');
    return { status: response.status, headers: told, text, json: isJson && text ? JSON.parse(text) : null };
  }

  say(who: string, body: object, agent = 'assistant', headers = {}): Promise<Answered> {
    return this.ask(who, 'POST', { path: `/${agent}/message`, body, headers });
  }

  /** All that anybody could change, as it is. */
  async kept(): Promise<object> {
    const { store, operations } = this.carrier;
    const rooms = await all((page) => store.memories.rooms(page));
    const histories = await Promise.all(
      rooms.map(({ roomId }) => all((page) => store.memories.history(roomId, page))),
    );
    const system = { kind: 'system' } as const;
    return {
      memories: histories.flat().sort((a, b) => (a.id < b.id ? -1 : 1)),
      turns: await all((page) => store.turns.list(page)),
      dead: await all((page) => store.outbox.list({ ...page, state: 'dead' })),
      waiting: (await all((page) => store.outbox.list({ ...page, state: 'waiting' }))).map(({ id }) => id),
      pairings: await operations!.call('pairings.list', {}, system),
      tokens: await this.carrier.tokens.list(),
      roles: await operations!.call('roles.list', {}, system),
      switches: await operations!.call('switches.list', {}, system),
      notes: await store.notes.list('room', 1000),
    };
  }

  async #issue(): Promise<void> {
    const { tokens, notes } = this.carrier.store;
    const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
    for (const tenant of ['default', 'acme', 'beta']) {
      this.#tokens.set(tenant, `admin-of-${tenant}`);
      const record = { hash: hashOf(`admin-of-${tenant}`), name: `${tenant}-admin`, tenant, createdAt: 1 };
      await tokens.save({ ...record, role: 'admin' });
    }
    const wrong = 'a record’s, of a role there is not';
    this.#tokens.set(wrong, 'emperor');
    const record = { hash: hashOf('emperor'), name: 'emperor', tenant: 'default', createdAt: 1 };
    await tokens.save({ ...record, role: 'emperor' as never });
    for (const [name, what] of Object.entries(strange)) {
      const text = name.replace(/\W/g, '');
      this.#tokens.set(name, text);
      const more = { name, tenant: 'default', createdAt: 1, madeBy: 'hand', hash: hashOf(text) };
      await notes.put(`issued-token:${tokenId(hashOf(text))}`, { ...more, ...what });
    }
    for (const [name, what] of Object.entries(issued)) {
      const body = { name, ...what };
      const { status, text, json } = await this.ask('default', 'POST', { path: '/tokens', body });
      if (status !== 200) throw new Error(text);
      this.#tokens.set(name, json.token);
    }
  }

  /** What alice of acme said, and what came of it. */
  async #fill(): Promise<void> {
    const alice = { userId: 'alice', messageId: 'm1' };
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...alice, roomId: 'lounge', text: 'the blue heron' }))
      form.append(name, value);
    form.append('file', new Blob(['heron bytes']), 'heron.txt');
    const { json: shared } = await this.ask('acme', 'POST', { path: '/assistant/message', body: form });
    await this.say('acme', { ...alice, text: 'the red kite' });
    await this.say('acme', { ...alice, userId: 'frieda', text: 'fail heron' });
    const { port } = this.#receiver.address() as AddressInfo;
    const callbackUrl = `http://127.0.0.1:${port}/heron`;
    await this.say('acme', { ...alice, userId: 'carla', text: 'heron, call back', callbackUrl });
    // A reply is given up when its platform takes others.
    const answered = { ...alice, userId: 'greta', text: 'hi', callbackUrl: `http://127.0.0.1:${port}/good` };
    await this.say('acme', answered);
    const refused = await this.say('acme', { userId: 'heron-stranger', text: 'let me in' }, 'closed');
    if (refused.status !== 403) throw new Error(refused.text);
    await this.say('acme', { ...alice, userId: 'wilma', text: 'wire the heron' });
    void this.say('acme', { ...alice, userId: 'hanna', text: 'hold the heron' }).catch(() => {});
    const { store, operations } = this.carrier;
    const dead = () => all((page) => store.outbox.list({ ...page, state: 'dead' }));
    await until(async () => (await dead()).length === 1 && this.#held.length === 1);
    const rooms = await all((page) => store.memories.rooms(page));
    const roomOf = (channel: string) => rooms.find(({ source }) => source.channel === channel)!.roomId;
    const [message] = (await store.memories.history(roomOf('lounge'), { limit: 1 })).items;
    const [held] = (await store.memories.history(roomOf('user:hanna'), { limit: 1 })).items;
    const [failed] = (await store.turns.list({ limit: 1, status: 'failed' })).items;
    const { approvals } = await operations!.call('approvals.list', { limit: 5 }, { kind: 'system' });
    const { requests } = await operations!.call('pairings.list', {}, { kind: 'system' });
    const later = { roomId: message!.roomId, text: 'the blue heron', in: 86_400 };
    const { json: schedule } = await this.ask('acme', 'POST', { path: '/schedules', body: later });
    this.theirs = {
      schedule: schedule.id,
      fact: (await keptFact(store, message!, 'I row on Saturdays')).id,
      ...{ agent: 'assistant', room: 'lounge', message: message!.id, roomId: message!.roomId },
      ...{ turn: shared.turnId, failedTurn: failed!.turnId, delivery: (await dead())[0]!.id },
      ...{ runningTurn: turnIdOf(held!), runningRoom: roomOf('user:hanna'), person: 'greta' },
      approval: approvals[0]!.id,
      ...{ pairing: '', code: requests[0]!.code, token: 'acme-admin' },
    };
    const paused = { what: 'person', agentId: 'assistant', userId: 'heron-paused', reason: 'a red kite' };
    const pause = { ...paused, connector: 'http', tenant: 'acme' };
    const { status, text } = await this.ask('acme', 'POST', { path: '/switches/pause', body: pause });
    if (status !== 200) throw new Error(text);
    // Somebody else of acme was let in already.
    await this.say('acme', { userId: 'heron-friend', text: 'let me in' }, 'closed');
    const asked = await operations!.call('pairings.list', {}, { kind: 'system' });
    const { code } = asked.requests.find(({ userId }) => userId === 'heron-friend')!;
    const paired = await operations!.call('pairings.approve', { code }, { kind: 'system' });
    this.theirs.pairing = paired.pairing;
  }
}
