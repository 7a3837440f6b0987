import type { Client, GatewayDispatchPayload } from 'discord.js';
import { FatalError, type Host, RetryableError } from '../../src/extension-api.js';
import { patientRequests } from './api.js';
import { explained, loginProblem } from './close-codes.js';
import { farewell } from './farewell.js';
import { Shards } from './shards.js';

export interface GatewayOptions {
  token: string;
  apiUrl: string;
  /** How many shards to connect with; `auto` takes as many as Discord recommends. */
  shards: number | 'auto';
  /** A connection from which nothing came for so long, in ms, is made anew. Discord beats every 41 s. */
  silentMs: number;
}

export interface GatewayEvents {
  /** One event, in the order of its shard; the first of a session is READY. */
  dispatch(client: Client, payload: GatewayDispatchPayload, shardId: number): void;
  /** A shard's connection is gone: what is said now may be missed, until it is READY or RESUMED. */
  lost(shardId: number): void;
}

/** How long a session that Discord says it resumes may take, in ms. */
const resumeMs = 30_000;

/** How long a polite goodbye may take, in ms; a connection that is silent will not answer it. */
const goodbyeMs = 1500;

/** How long a connection may take to come about, in ms. */
const connectMs = 60_000;

const reopenEveryMs = [1000, 5000, 15_000, 60_000];

/**
 * The held connection. Within it discord.js resumes lost sessions by itself; this makes a new one when even that
 * has gone silent, and says in words what Discord says in close codes.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #log: Host['log'];
  readonly #events: GatewayEvents;
  #client: Client | null = null;
  #shards: Shards | null = null;
  /** When a shard was heard of last, in Unix ms. */
  readonly #heard = new Map<number, number>();
  #watchdog: NodeJS.Timeout | null = null;
  #reopening: NodeJS.Timeout | null = null;
  #trouble = 'not connected';
  #ending = new AbortController();

  constructor(options: GatewayOptions, log: Host['log'], events: GatewayEvents) {
    this.#options = options;
    this.#log = log;
    this.#events = events;
  }

  async open(): Promise<void> {
    if (this.#watchdog) return;
    this.#ending = new AbortController();
    await this.#connect();
    const { silentMs } = this.#options;
    this.#watchdog = setInterval(() => this.#look(), Math.max(50, silentMs / 8)).unref();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    if (this.#watchdog) clearInterval(this.#watchdog);
    if (this.#reopening) clearTimeout(this.#reopening);
    this.#watchdog = null;
    this.#reopening = null;
    this.#trouble = 'not connected';
    await this.#disconnect();
  }

  /** `ok`, or what is wrong. */
  health(): string {
    if (!this.#client) return this.#trouble;
    const silent = this.#silentShard();
    if (silent)
      return `shard ${silent.id} has heard nothing for ${Math.round(silent.ms / 1000)} s; reconnecting`;
    const stuck = this.#stuckShard();
    if (stuck)
      return `shard ${stuck.id} waits for its session for ${Math.round(stuck.ms / 1000)} s; reconnecting`;
    const down = this.#client.ws.shards.find(({ status }) => status !== ready);
    return this.#shards?.trouble() ?? (down ? `shard ${down.id} is reconnecting` : 'ok');
  }

  async #connect(): Promise<void> {
    const sdk = await import('discord.js');
    const { Client, GatewayIntentBits: intent, Options } = sdk;
    const shardsHere = new Shards(this.#log, this.#events);
    const { apiUrl, token, shards } = this.#options;
    const client = new Client({
      intents: [
        intent.Guilds,
        intent.GuildMessages,
        intent.GuildMessageReactions,
        intent.DirectMessages,
        intent.DirectMessageReactions,
        intent.MessageContent,
      ],
      rest: { api: apiUrl, makeRequest: await patientRequests() },
      ws: { buildStrategy: shardsHere.strategy(sdk) },
      ...(shards === 'auto' ? { shards } : { shardCount: shards }),
      // The hub's store remembers; what the SDK keeps is what places and names are looked up in.
      makeCache: Options.cacheWithLimits({
        ...Options.DefaultMakeCacheSettings,
        MessageManager: 0,
        ReactionManager: 0,
        PresenceManager: 0,
        UserManager: { maxSize: 1000, keepOverLimit: (user) => user.id === user.client.user.id },
        GuildMemberManager: { maxSize: 200, keepOverLimit: (member) => member.id === member.client.user.id },
      }),
    });
    this.#client = client;
    this.#shards = shardsHere;
    client.on('raw', (payload: GatewayDispatchPayload, shardId: number) => {
      if (this.#client !== client) return;
      this.#heard.set(shardId, Date.now());
      try {
        this.#events.dispatch(client, payload, shardId);
      } catch (err) {
        // Thrown into the SDK it would end the process.
        this.#log.error({ err, type: payload.t }, 'An event from Discord cannot be read.');
      }
    });
    this.#guard(client);
    // Without a listener the SDK would end the process.
    client.on('error', (error) => {
      this.#log.warn({ reason: error.message }, 'The connection to Discord reports an error.');
    });
    client.on('shardError', (error, shard) => {
      this.#log.warn({ shard, reason: error.message }, 'A connection to Discord failed.');
    });
    client.on('shardDisconnect', ({ code }, shard) => {
      const { message } = explained(code);
      this.#log.error({ shard, code }, message);
      // Until the first connection stands, `login` fails by itself.
      if (client.isReady()) void this.#giveUp(client, message);
    });
    try {
      await inTime(
        client.login(token).then(() => allReady(client)),
        this.#ending.signal,
      );
    } catch (error) {
      if (this.#client === client) await this.#disconnect();
      const problem = loginProblem(error);
      this.#trouble = problem.message;
      throw problem;
    }
    this.#heard.clear();
    for (const id of client.ws.shards.keys()) this.#heard.set(id, Date.now());
  }

  /** What the SDK cannot read of an event would end the process. */
  #guard({ ws }: Client): void {
    const sdk = ws as unknown as { handlePacket(packet: { t?: string }, shard: unknown): boolean };
    const handle = sdk.handlePacket.bind(sdk);
    sdk.handlePacket = (packet, shard) => {
      try {
        return handle(packet, shard);
      } catch (err) {
        this.#log.warn({ err, type: packet?.t }, 'The SDK cannot read an event from Discord.');
        return false;
      }
    };
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#shards?.end();
    if (!client) return;
    await Promise.race([farewell(client), new Promise((resolve) => setTimeout(resolve, goodbyeMs).unref())]);
  }

  async #giveUp(client: Client, reason: string): Promise<void> {
    if (this.#client !== client) return;
    await this.#disconnect();
    this.#trouble = reason;
  }

  #silentShard(): { id: number; ms: number } | null {
    for (const [id, shard] of this.#client?.ws.shards ?? []) {
      // An acknowledged heartbeat is progress too: a quiet server has no other.
      const last = Math.max(this.#heard.get(id) ?? 0, shard.lastPingTimestamp);
      const ms = Date.now() - last;
      if (ms > this.#options.silentMs) return { id, ms };
    }
    return null;
  }

  /** Its heartbeats may well be answered. */
  #stuckShard(): { id: number; ms: number } | null {
    return this.#shards?.stuck(Math.min(this.#options.silentMs, resumeMs)) ?? null;
  }

  #look(): void {
    if (this.#reopening) return;
    const silent = this.#silentShard();
    const stuck = silent ? null : this.#stuckShard();
    if (silent)
      this.#log.warn({ shard: silent.id, silentMs: silent.ms }, 'Discord has gone silent; connecting anew.');
    if (stuck)
      this.#log.warn(
        { shard: stuck.id, ms: stuck.ms },
        'A session on Discord is not resumed; connecting anew.',
      );
    if (!silent && !stuck) return;
    this.#trouble = silent
      ? 'silent for too long; connecting anew'
      : 'a session was not resumed; connecting anew';
    this.#reopen(0);
  }

  #reopen(attempt: number): void {
    const wait = attempt === 0 ? 0 : reopenEveryMs[Math.min(attempt, reopenEveryMs.length) - 1]!;
    this.#reopening = setTimeout(async () => {
      await this.#disconnect();
      if (!this.#watchdog) return;
      const failed = await this.#connect().catch((error: Error) => error);
      // Closed meanwhile: what has just been opened is not wanted.
      if (!this.#watchdog) return this.#disconnect();
      this.#reopening = null;
      if (!failed) return this.#log.info({}, 'Connected to Discord anew.');
      if (failed instanceof FatalError) return this.#log.error({}, failed.message);
      this.#log.warn({ reason: failed.message }, 'Discord cannot be connected to; trying again.');
      this.#reopen(attempt + 1);
    }, wait).unref();
  }
}

/** The SDK's status of a shard that has its session and its guilds. */
const ready = 0;

function allReady(client: Client): Promise<void> {
  if (client.isReady()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    client.once('clientReady', () => resolve());
    client.once('shardDisconnect', ({ code }) => reject(explained(code)));
  });
}

/** The SDK tries for ever; whoever opens a connection wants to hear that it does not come about. */
function inTime(connecting: Promise<void>, ending: AbortSignal): Promise<void> {
  connecting.catch(() => {});
  const signal = AbortSignal.any([ending, AbortSignal.timeout(connectMs)]);
  const late = new Promise<never>((_, reject) => {
    const give = () => {
      const reason = ending.aborted ? 'It was closed.' : 'Discord’s gateway does not answer.';
      reject(new RetryableError('delivery_failed', reason));
    };
    if (signal.aborted) give();
    else signal.addEventListener('abort', give);
  });
  return Promise.race([connecting, late]);
}
