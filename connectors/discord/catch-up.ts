import type { APIGuildMember, GatewayGuildCreateDispatchData } from 'discord.js';
import { type Host, type KeyedQueue, untilDone } from '../../src/extension-api.js';
import type { Api } from './api.js';
import type { Progress } from './progress.js';
import type { ChatMessage } from './reader.js';
import { refusalCode } from './refusal.js';
import { byId } from './snowflake.js';

export interface CatchUpParts {
  api: Api;
  host: Host;
  agentId: string;
  /** The inbox closes. */
  signal: AbortSignal;
  /** Of channels. */
  queue: KeyedQueue;
  progress: Progress;
  /** How long a shard may hear nothing until it is noticed, in ms, while others move the hub's progress on. */
  silentMs: number;
  /** Stores one message; rejects only when the inbox closes. */
  take(message: ChatMessage & { guild_id?: string }): Promise<void>;
}

/** Direct conversations that are looked into after a gap: Discord does not list them. */
const maxDirects = 200;

const pageSize = 100;

/**
 * Asks for what was said while nobody listened. A new session begins with READY and a GUILD_CREATE for each server,
 * which name the last message of every channel; the channels with a newer one are read, ahead of what comes live.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #key: string;
  /** Guilds that were known before the gap and have not been seen since: what to ask for, and what to call then. */
  readonly #awaited = new Map<string, { since: bigint; done(): void }>();
  /** Shards that have had a session here. */
  readonly #begun = new Set<number>();
  /** Shards without a connection: until they have one, the hub's progress stands still. */
  readonly #lost = new Map<number, () => void>();
  #directs: string[] = [];
  /** Those that are in the note. */
  readonly #kept = new Set<string>();
  #keeping: Promise<void> = Promise.resolve();

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
    this.#key = `directs:${parts.agentId}`;
  }

  async load(): Promise<void> {
    const noted = await this.#parts.host.notes.get(this.#key);
    this.#directs = Array.isArray(noted) ? noted : [];
    for (const id of this.#directs) this.#kept.add(id);
  }

  /** Keeps a direct conversation in mind, durably. */
  async remember(channelId: string): Promise<void> {
    if (this.#kept.has(channelId)) return;
    if (!this.#directs.includes(channelId)) this.#directs = [...this.#directs, channelId].slice(-maxDirects);
    this.#keeping = this.#keeping.catch(() => {}).then(() => this.#keep());
    await this.#keeping;
  }

  /** One after another: of two writes at once, the one with the shorter list might be the last. */
  async #keep(): Promise<void> {
    const directs = this.#directs;
    if (directs.every((id) => this.#kept.has(id))) return;
    await this.#parts.host.notes.put(this.#key, directs);
    for (const id of directs) this.#kept.add(id);
  }

  lost(shardId: number): void {
    if (!this.#lost.has(shardId)) this.#lost.set(shardId, this.#parts.progress.gap());
  }

  /** All that was said meanwhile has been told. */
  resumed(shardId: number): void {
    this.#lost.get(shardId)?.();
    this.#lost.delete(shardId);
  }

  ready(shardId: number, guilds: { id: string }[]): void {
    const { progress, silentMs } = this.#parts;
    const othersWentOn = this.#begun.size > 1 && this.#begun.has(shardId);
    const since = progress.since(othersWentOn ? silentMs : 0);
    this.#begun.add(shardId);
    for (const { id } of guilds) this.#await(id, since);
    // Direct messages come to the first shard.
    if (shardId === 0) for (const id of this.#directs) this.#read(id, undefined, since);
    // From here on the gaps of what is read count.
    this.resumed(shardId);
  }

  guild(guild: GatewayGuildCreateDispatchData): void {
    const awaited = this.#awaited.get(guild.id);
    // A server the bot has just been invited to: what was said before is not for it.
    if (!awaited) return;
    const { since, done } = awaited;
    const newer = [...guild.channels, ...guild.threads].filter(
      (channel) =>
        'last_message_id' in channel && channel.last_message_id && BigInt(channel.last_message_id) > since,
    );
    this.#awaited.delete(guild.id);
    void Promise.all(newer.map(({ id }) => this.#read(id, guild.id, since))).then(
      () => this.#parts.signal.aborted || done(),
    );
  }

  /** An outage, or the bot was put out. */
  gone({ id, unavailable }: { id: string; unavailable?: boolean }): void {
    if (unavailable) {
      this.#await(id, this.#parts.progress.since());
    } else {
      this.#awaited.get(id)?.done();
      this.#awaited.delete(id);
    }
  }

  /** Until it is read, the hub's progress does not pass this point. */
  #await(guildId: string, since: bigint): void {
    const { progress } = this.#parts;
    if (!this.#awaited.has(guildId)) this.#awaited.set(guildId, { since, done: progress.gap() });
  }

  /** Never rejects: a gap that was not read stays one. */
  async #read(channelId: string, guildId: string | undefined, since: bigint): Promise<void> {
    const { progress, queue, host, signal } = this.#parts;
    const done = progress.gap();
    const waiting = (err: unknown, retryInMs: number) =>
      host.log.warn({ err, retryInMs }, 'Discord does not show yet what was missed.');
    const read = async () => {
      try {
        await untilDone(() => this.#pages(channelId, guildId, since), { signal, waiting });
      } catch (error) {
        // A channel that was hidden or deleted has nothing for the bot.
        if (refusalCode(error) === null) throw error;
        host.log.info({ channel: channelId }, 'A channel of Discord cannot be read.');
      }
      done();
    };
    await queue.run(channelId, read).catch((err) => {
      if (!signal.aborted) host.log.error({ err }, 'What was missed on Discord could not be read.');
    });
  }

  async #pages(channelId: string, guildId: string | undefined, since: bigint): Promise<void> {
    const members = new Map<string, APIGuildMember | null>();
    for (let after = String(since); ; ) {
      const query = new URLSearchParams({ after, limit: String(pageSize) });
      const page = await this.#parts.api.get<ChatMessage[]>(`/channels/${channelId}/messages`, { query });
      for (const message of page.sort(byId)) {
        const member = await this.#member(members, message.author, guildId);
        await this.#parts.take({
          ...message,
          ...(guildId && { guild_id: guildId }),
          ...(member && { member }),
        });
      }
      if (page.length < pageSize) return;
      after = page.at(-1)!.id;
    }
  }

  /** Roles and nickname, which come with a message over the gateway alone. Null: not a member (any more). */
  async #member(
    known: Map<string, APIGuildMember | null>,
    author: { id: string; bot?: boolean },
    guildId: string | undefined,
  ): Promise<APIGuildMember | null> {
    if (guildId === undefined || author.bot) return null;
    if (!known.has(author.id)) {
      const route = `/guilds/${guildId}/members/${author.id}` as const;
      const member = await this.#parts.api.get<APIGuildMember>(route).catch((error) => {
        if (refusalCode(error) === null) throw error;
        return null;
      });
      known.set(author.id, member);
    }
    return known.get(author.id)!;
  }
}
