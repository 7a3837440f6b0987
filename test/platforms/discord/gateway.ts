/** The gateway: sessions that survive their connection, as https://discord.com/developers/docs/events/gateway has it. */
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { guildPayload, userPayload } from './payloads.js';
import { snowflake } from './snowflake.js';
import { type Dispatch, intents, type World } from './world.js';

const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
};

const privileged = (1 << 1) | (1 << 8) | intents.messageContent;
const known = (1 << 26) - 1;

interface Session {
  id: string;
  intents: number;
  shard: [id: number, count: number];
  sequence: number;
  /** What was sent, for a resume. */
  sent: { s: number; frame: string }[];
  socket: WebSocket | null;
}

export interface GatewaySettings {
  token: string;
  /** Privileged intents that are switched on in the developer portal. */
  privileged: number;
  heartbeatMs: number;
  /** Fewest shards this application may connect with. */
  minShards: number;
}

export class Gateway {
  readonly settings: GatewaySettings;
  /** Where a session is to be resumed: another address of this same server. */
  url = '';
  identified = 0;
  resumed = 0;
  /** Connections that were ever made. */
  connected = 0;
  /** What becomes of a session that is to be resumed: all, its end is not told, or nothing is. Heartbeats are answered. */
  resuming: 'well' | 'unsaid' | 'deaf' = 'well';
  /** New connections are closed with this code, at once or when they have said who they are. */
  closing: { code: number; when: 'connected' | 'identified' } | null = null;
  readonly #world: World;
  readonly #sessions = new Map<string, Session>();
  readonly #silent = new WeakSet<WebSocket>();
  readonly #sockets: WebSocketServer;

  constructor(server: Server, world: World, settings: GatewaySettings) {
    this.#world = world;
    this.settings = settings;
    this.#sockets = new WebSocketServer({ server, path: '/gateway' });
    this.#sockets.on('connection', (socket, request) => {
      this.connected += 1;
      if (this.closing?.when === 'connected') return socket.close(this.closing.code);
      const query = new URL(request.url ?? '/', 'http://gateway').searchParams;
      if (query.get('v') !== '10') return socket.close(4012, 'Invalid API version');
      if (query.get('encoding') !== 'json' || query.has('compress'))
        return socket.close(4002, 'Decode error');
      this.#greet(socket);
    });
    world.on('dispatch', (dispatch) => this.#publish(dispatch));
  }

  /** Connections, whether or not they are let in. */
  get open(): number {
    return this.#sockets.clients.size;
  }

  get shards(): number[] {
    return [...this.#sessions.values()].filter(({ socket }) => socket).map(({ shard }) => shard[0]);
  }

  /** The connections stay open, and nothing comes or is heard on them any more; new ones work. */
  silence(): void {
    for (const socket of this.#sockets.clients) this.#silent.add(socket);
  }

  /** The connections break; sessions can be resumed. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** The server closes with this code: 4000 may be resumed, 4009 and 4007 begin anew, 4004 and 4014 are final. */
  closeAll(code: number): void {
    for (const socket of this.#sockets.clients) socket.close(code);
  }

  /** "Reconnect and resume", as before a deployment. */
  askToReconnect(): void {
    for (const socket of this.#sockets.clients) send(socket, { op: op.reconnect, d: null });
  }

  /** Nothing that was can be resumed. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#sockets.close(resolve));
  }

  #greet(socket: WebSocket): void {
    let session: Session | null = null;
    socket.on('error', () => {});
    send(socket, { op: op.hello, d: { heartbeat_interval: this.settings.heartbeatMs } });
    socket.on('message', (data) => {
      if (this.#silent.has(socket)) return;
      const frame = parse(String(data));
      if (!frame) return socket.close(4002, 'Decode error');
      if (frame.op === op.heartbeat) return send(socket, { op: op.heartbeatAck });
      if (frame.op !== op.identify && frame.op !== op.resume)
        return session ? undefined : socket.close(4003, 'Not authenticated');
      if (session) return socket.close(4005, 'Already authenticated');
      if (this.closing) return socket.close(this.closing.code);
      session = frame.op === op.identify ? this.#identify(socket, frame.d) : this.#resume(socket, frame.d);
    });
    socket.on('close', (code) => {
      if (session?.socket !== socket) return;
      session.socket = null;
      // "When you close the connection to the gateway with close code 1000 or 1001, your session will be invalidated."
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    });
  }

  #identify(socket: WebSocket, d: unknown): Session | null {
    const {
      token,
      intents: wanted,
      shard = [0, 1],
    } = d as { token: string; intents: number; shard: [number, number] };
    if (token !== this.settings.token) return refuse(socket, 4004, 'Authentication failed');
    if (!Number.isInteger(wanted) || wanted & ~known) return refuse(socket, 4013, 'Invalid intent(s)');
    if (wanted & privileged & ~this.settings.privileged) return refuse(socket, 4014, 'Disallowed intent(s)');
    if (shard[0] >= shard[1] || shard[0] < 0) return refuse(socket, 4010, 'Invalid shard');
    if (shard[1] < this.settings.minShards) return refuse(socket, 4011, 'Sharding required');
    const session: Session = { id: snowflake(), intents: wanted, shard, sequence: 0, sent: [], socket };
    this.#sessions.set(session.id, session);
    this.identified += 1;
    const guilds = [...this.#world.guilds.values()].filter(({ id }) => shardOf(id, shard[1]) === shard[0]);
    this.#dispatch(session, 'READY', {
      v: 10,
      user: userPayload(this.#world.bot),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.url,
      shard,
      application: { id: this.#world.applicationId, flags: 0 },
    });
    if (wanted & intents.guilds)
      for (const guild of guilds) this.#dispatch(session, 'GUILD_CREATE', guildPayload(this.#world, guild));
    return session;
  }

  #resume(socket: WebSocket, d: unknown): Session | null {
    const { token, session_id, seq } = d as { token: string; session_id: string; seq: number };
    if (token !== this.settings.token) return refuse(socket, 4004, 'Authentication failed');
    const session = this.#sessions.get(session_id);
    if (!session) {
      send(socket, { op: op.invalidSession, d: false });
      return null;
    }
    if (seq > session.sequence) return refuse(socket, 4007, 'Invalid seq');
    if (this.resuming === 'deaf') return session;
    session.socket = socket;
    this.resumed += 1;
    for (const { s, frame } of session.sent) if (s > seq) socket.send(frame);
    if (this.resuming === 'well') this.#dispatch(session, 'RESUMED', {});
    return session;
  }

  #publish({ t, data, guildId, intent }: Dispatch): void {
    for (const session of this.#sessions.values()) {
      if (intent !== 0 && !(session.intents & intent)) continue;
      // Direct messages come to the first shard alone.
      const shard = guildId === null ? 0 : shardOf(guildId, session.shard[1]);
      if (shard === session.shard[0]) this.#dispatch(session, t, data(session.intents));
    }
  }

  #dispatch(session: Session, t: string, d: unknown): void {
    session.sequence += 1;
    const frame = JSON.stringify({ op: op.dispatch, t, s: session.sequence, d });
    session.sent.push({ s: session.sequence, frame });
    if (session.sent.length > 2000) session.sent.shift();
    if (session.socket && !this.#silent.has(session.socket)) session.socket.send(frame);
  }
}

// https://discord.com/developers/docs/events/gateway#sharding
function shardOf(guildId: string, count: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(count));
}

function refuse(socket: WebSocket, code: number, reason: string): null {
  socket.close(code, reason);
  return null;
}

function send(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}

function parse(text: string): { op: number; d: unknown } | null {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.op === 'number' ? frame : null;
  } catch {
    return null;
  }
}
