/** A real hub over real HTTP with two tenants: acme has said and sent things there; beta and others try to reach them. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpConnector } from '../../connectors/http/connector.js';
import type { TokenHolder } from '../../src/access/principal.js';
import type { Carrier } from '../../src/carrier.js';
import { turnIdOf } from '../../src/core/turn.js';
import { FatalError } from '../../src/errors.js';
import { type HttpServer, startHttpServer } from '../../src/http/server.js';
import { tokenVerifier } from '../../src/http/tokens.js';
import { all } from '../../src/store/paging.js';
import { Platform } from '../hub/platform.js';
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
  delivery: string;
  pairing: string;
  code: string;
  person: string;
  token: string;
}

export const nobodys: Things = {
  ...{ agent: 'nobody', room: 'nowhere', message: 'msg_none', roomId: 'room_none', turn: 'turn_none' },
  ...{ failedTurn: 'turn_none2', runningTurn: 'turn_none3', runningRoom: 'room_none2', delivery: 'none' },
  ...{ pairing: 'pairing_none', code: 'ABCDEFGH', person: 'nobody-here', token: 'no-such-token' },
};

/** Tokens whose roles, users and agents no old record can have. */
const holders: Record<string, TokenHolder> = {
  'beta’s root': { name: 'r', tenant: 'beta', role: 'operator', user: 'root' },
  'a member of the hub': { name: 'm', tenant: 'default', role: 'member' },
  'beta’s owner': { name: 'bo', tenant: 'beta', role: 'owner' },
  'acme’s bob': { name: 'bob', tenant: 'acme', role: 'member', user: 'bob' },
  'acme’s bob, an operator': { name: 'bobop', tenant: 'acme', role: 'operator', user: 'bob' },
  'the same alice of beta': { name: 'balice', tenant: 'beta', role: 'member', user: 'alice' },
  'acme’s, for another agent': { name: 'ag', tenant: 'acme', role: 'admin', agents: ['other'] },
  'the hub’s, for another agent': { name: 'hag', tenant: 'default', role: 'owner', agents: ['other'] },
  'acme’s, for nothing': { name: 'sl', tenant: 'acme', role: 'admin', scopes: [] },
  'the hub’s, for what there is not': { name: 'us', tenant: 'default', role: 'owner', scopes: ['all', '*'] },
  'the hub’s, of a role there is not': { name: 'ur', tenant: 'default', role: 'emperor' as never },
};

/** Those that see nothing of what acme's alice has in the room and with the agent that they have it with. */
export const strangers = ['beta', ...Object.keys(holders)];

export class Neighbours {
  readonly home = new Home();
  readonly platform = new Platform();
  carrier!: Carrier;
  theirs!: Things;
  #server!: HttpServer;
  #receiver!: Server;
  #held: (() => void)[] = [];

  async open(): Promise<void> {
    for (const id of ['assistant', 'other']) this.home.character(id, { name: 'Ada', bio: '.', plugins: [] });
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
      if (said.includes('hold')) await new Promise<void>((go) => this.#held.push(go));
      return `echo ${said}`;
    });
    this.carrier = await this.home.carrier(
      { connectors: [this.platform, http], model: () => model },
      { CARRIER_DELIVERY_REFUSED_MS: '50' },
    );
    const records = tokenVerifier(this.carrier.store.tokens);
    this.#server = await startHttpServer({
      config: { host: '127.0.0.1', port: 0 },
      connectors: () => this.carrier.connectors(),
      plugins: () => this.carrier.routes(),
      tokens: {
        ...records,
        verify: async (token) => holders[decodeURIComponent(token)] ?? records.verify(token),
      },
      ready: () => this.carrier.ready(),
      metrics: () => this.carrier.metrics(),
      operations: this.carrier.operations,
      log: { error: () => {}, warn: () => {} } as never,
    });
    for (const tenant of ['default', 'acme', 'beta']) {
      const hash = createHash('sha256').update(tenant).digest('hex');
      const record = { hash, name: `${tenant}-admin`, role: 'admin' as const, tenant, createdAt: 1 };
      await this.carrier.store.tokens.save(record);
    }
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
        authorization: `Bearer ${encodeURIComponent(who)}`,
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
      tokens: (await store.tokens.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      notes: await store.notes.list('room', 1000),
    };
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
    void this.say('acme', { ...alice, userId: 'hanna', text: 'hold the heron' }).catch(() => {});
    const { store, operations } = this.carrier;
    const dead = () => all((page) => store.outbox.list({ ...page, state: 'dead' }));
    await until(async () => (await dead()).length === 1 && this.#held.length === 1);
    const rooms = await all((page) => store.memories.rooms(page));
    const roomOf = (channel: string) => rooms.find(({ source }) => source.channel === channel)!.roomId;
    const [message] = (await store.memories.history(roomOf('lounge'), { limit: 1 })).items;
    const [held] = (await store.memories.history(roomOf('user:hanna'), { limit: 1 })).items;
    const [failed] = (await store.turns.list({ limit: 1, status: 'failed' })).items;
    const { requests } = await operations!.call('pairings.list', {}, { kind: 'system' });
    this.theirs = {
      ...{ agent: 'assistant', room: 'lounge', message: message!.id, roomId: message!.roomId },
      ...{ turn: shared.turnId, failedTurn: failed!.turnId, delivery: (await dead())[0]!.id },
      ...{ runningTurn: turnIdOf(held!), runningRoom: roomOf('user:hanna'), person: 'greta' },
      ...{ pairing: '', code: requests[0]!.code, token: 'acme-admin' },
    };
    // Somebody else of acme was let in already.
    await this.say('acme', { userId: 'heron-friend', text: 'let me in' }, 'closed');
    const asked = await operations!.call('pairings.list', {}, { kind: 'system' });
    const { code } = asked.requests.find(({ userId }) => userId === 'heron-friend')!;
    const paired = await operations!.call('pairings.approve', { code }, { kind: 'system' });
    this.theirs.pairing = paired.pairing;
  }
}
