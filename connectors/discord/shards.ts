/**
 * The shards of one client of the SDK: whether each has its session, and with what pauses it is connected again.
 * Seen with discord.js 14.28 and @discordjs/ws 1.2.3, which connects again every half second for as long as a gateway
 * closes at once, keeps close codes to itself, and waits for ever for a session that is said to be resumed.
 */
import type { WebSocketOptions } from 'discord.js';
import { backOffMs, type Host, pause } from '../../src/extension-api.js';

type Sdk = typeof import('discord.js');
type Strategy = NonNullable<WebSocketOptions['buildStrategy']>;

interface Shard {
  sdk: Watched;
  /** Null: it has no session. Unix ms, like all times here. */
  upSince: number | null;
  /** When it last began to connect; null while it waits to. */
  connectingSince: number | null;
  /** Connections since one was steady. */
  tries: number;
  /** With which it was closed last. */
  code: number | null;
}

/** What of the SDK's shard it keeps to itself. */
interface Watched {
  readonly status: number;
  on(event: 'ready' | 'resumed' | 'closed', listener: (payload: { code: number }) => void): unknown;
  internalConnect(): Promise<void>;
  strategy: { updateSessionInfo(id: number, session: null): unknown };
}

/** A session that lasted so long, in ms, was a good one. */
const steadyMs = 60_000;

/** After so many tries a session is given up: its own address may be what does not work. */
const mostResumes = 4;

/** Of the SDK's status. */
const resuming = 2;

/** We closed it ourselves: for good, or to resume. */
const ownCodes = [1000, 4200];

export interface ShardsEvents {
  /** What is said from now on may be missed, until the session is resumed or another one is there. */
  lost(shardId: number): void;
}

export class Shards {
  readonly #log: Host['log'];
  readonly #events: ShardsEvents;
  readonly #shards = new Map<number, Shard>();
  readonly #ending = new AbortController();

  constructor(log: Host['log'], events: ShardsEvents) {
    this.#log = log;
    this.#events = events;
  }

  /** For the SDK's option `ws.buildStrategy`. */
  strategy({ SimpleShardingStrategy }: Sdk): Strategy {
    const watch = (id: number, shard: Watched) => this.#watch(id, shard);
    class WatchedStrategy extends SimpleShardingStrategy {
      override async spawn(ids: number[]): Promise<void> {
        await super.spawn(ids);
        const { shards } = this as unknown as { shards: Map<number, Watched> };
        for (const [id, shard] of shards) watch(id, shard);
      }
    }
    return (manager) => new WatchedStrategy(manager);
  }

  /** None connects any more. */
  end(): void {
    this.#ending.abort();
  }

  /** What is wrong with the first that is not well; null: nothing. */
  trouble(): string | null {
    for (const [id, { upSince, tries, code }] of this.#shards) {
      if (upSince !== null) continue;
      const often = tries > 2 && code !== null;
      return `shard ${id} is reconnecting${often ? `: Discord closed it with ${code}, try ${tries}` : ''}`;
    }
    return null;
  }

  /** One whose session is said to be resumed, and has not been for longer than this, in ms. */
  stuck(longestMs: number): { id: number; ms: number } | null {
    for (const [id, { sdk, upSince, connectingSince }] of this.#shards) {
      if (upSince !== null || connectingSince === null || sdk.status !== resuming) continue;
      const ms = Date.now() - connectingSince;
      if (ms > longestMs) return { id, ms };
    }
    return null;
  }

  #watch(id: number, sdk: Watched): void {
    const shard: Shard = { sdk, upSince: null, connectingSince: null, tries: 0, code: null };
    this.#shards.set(id, shard);
    const connect = sdk.internalConnect.bind(sdk);
    sdk.internalConnect = async () => {
      await this.#pause(id, shard);
      if (this.#ending.signal.aborted) return;
      if (shard.tries > mostResumes) await sdk.strategy.updateSessionInfo(id, null);
      shard.connectingSince = Date.now();
      await connect();
    };
    const up = () => {
      shard.upSince = Date.now();
    };
    sdk.on('ready', up);
    sdk.on('resumed', up);
    sdk.on('closed', ({ code }) => this.#closed(id, shard, code));
  }

  async #pause(id: number, shard: Shard): Promise<void> {
    shard.connectingSince = null;
    shard.tries += 1;
    // The SDK itself waits for half a second before each but the first.
    if (shard.tries <= 2) return;
    const ms = Math.round(backOffMs(shard.tries - 2, { firstMs: 1000 }));
    this.#log.info(
      { shard: id, tries: shard.tries, ms },
      'A connection to Discord waits before its next try.',
    );
    await pause(ms, this.#ending.signal);
  }

  #closed(id: number, shard: Shard, code: number): void {
    if (shard.upSince !== null && Date.now() - shard.upSince > steadyMs) shard.tries = 0;
    shard.upSince = null;
    shard.code = code;
    if (this.#ending.signal.aborted) return;
    const level = ownCodes.includes(code) ? 'info' : 'warn';
    this.#log[level](
      { shard: id, code },
      `A connection to Discord was closed with code ${code}; reconnecting.`,
    );
    this.#events.lost(id);
  }
}
