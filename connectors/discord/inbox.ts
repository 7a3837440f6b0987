import type {
  Client,
  GatewayDispatchPayload,
  GatewayGuildCreateDispatchData,
  GatewayMessageDeleteDispatchData,
  GatewayMessageReactionAddDispatchData,
  GatewayMessageReactionRemoveDispatchData,
} from 'discord.js';
import { KeyedQueue, RetryableError, untilDone } from '../../src/extension-api.js';
import { type Arrival, Arrivals, type ArrivalsParts } from './arrivals.js';
import { CatchUp, type CatchUpParts } from './catch-up.js';
import { authorOf, type Bystanders, isAddressed, normalizeReaction, sourceOf, textOf } from './normalize.js';
import { knownPlace, type Place, placeOf } from './place.js';
import { Progress } from './progress.js';
import type { ChatMessage } from './reader.js';
import { refusalCode } from './refusal.js';

export type InboxParts = Omit<ArrivalsParts, 'signal'> &
  Pick<CatchUpParts, 'silentMs'> & { connector: string };

/** Discord tells what has changed, and sometimes no more. */
type ChangedMessage = Partial<ChatMessage> & { id: string; channel_id: string; guild_id?: string };

/**
 * Events of the gateway, each channel's in their order. A message is seen to when the hub has stored it or said that
 * it never will; while the store is away its channel waits.
 */
export class Inbox {
  readonly #parts: InboxParts;
  /** Of channels. */
  readonly #queue = new KeyedQueue();
  readonly #ending = new AbortController();
  /** Knows names and places; another one after a connection was made anew. */
  #client: Client | null = null;
  #progress: Progress | undefined;
  #catchUp!: CatchUp;
  readonly #arrivals: Arrivals;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#arrivals = new Arrivals({ ...parts, signal: this.#ending.signal });
  }

  /** Call it before anything is dispatched. */
  async open(): Promise<void> {
    const { host, api, agentId, silentMs } = this.#parts;
    this.#progress = await Progress.load(host, agentId);
    this.#catchUp = new CatchUp({
      api,
      host,
      agentId,
      signal: this.#ending.signal,
      queue: this.#queue,
      progress: this.#progress,
      silentMs,
      take: (message) => this.#store(message),
    });
    await this.#catchUp.load();
  }

  /** What is being stored gets stored; what waits is left for the next start. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#queue.close();
    await this.#progress?.close();
  }

  /** The connection of a shard is gone; READY or RESUMED says that another one is there. */
  lost(shardId: number): void {
    this.#catchUp.lost(shardId);
  }

  dispatch(client: Client, payload: GatewayDispatchPayload, shardId: number): void {
    const { t, d } = payload;
    this.#client = client;
    // Names in quotes, as the gateway writes them: the SDK's enumerations are values, and it is loaded late.
    if (t === 'READY') this.#catchUp.ready(shardId, d.guilds);
    else if (t === 'RESUMED') this.#catchUp.resumed(shardId);
    else if (t === 'GUILD_CREATE') this.#catchUp.guild(d as GatewayGuildCreateDispatchData);
    else if (t === 'GUILD_DELETE') this.#catchUp.gone(d);
    else if (t === 'MESSAGE_CREATE') this.#create(client, d);
    else if (t === 'MESSAGE_UPDATE') this.#run(d.channel_id, () => this.#edit(d));
    else if (t === 'MESSAGE_DELETE') this.#run(d.channel_id, () => this.#remove(d, [d.id]));
    else if (t === 'MESSAGE_DELETE_BULK') this.#run(d.channel_id, () => this.#remove(d, d.ids));
    else if (t === 'MESSAGE_REACTION_ADD') this.#run(d.channel_id, () => this.#react(d, false));
    else if (t === 'MESSAGE_REACTION_REMOVE') this.#run(d.channel_id, () => this.#react(d, true));
  }

  #run(channelId: string, job: () => Promise<void>): void {
    this.#queue.run(channelId, job).catch((err) => {
      if (!this.#ending.signal.aborted)
        this.#parts.host.log.error({ err }, 'An event from Discord could not be used.');
    });
  }

  #create(client: Client, told: Arrival): void {
    // As Discord tells it: the SDK hangs its own into it, in circles that cannot be noted.
    const message = structuredClone(told);
    const done = this.#progress!.begin(BigInt(message.id));
    // Now, since the next events may already change it: a bot joins a thread when it is named there.
    const place = knownPlace(client, message.channel_id, message.guild_id);
    this.#run(message.channel_id, async () => {
      if (message.guild_id === undefined)
        await this.#untilDone(() => this.#catchUp.remember(message.channel_id));
      await this.#store(message, place);
      done();
    });
  }

  /** What the hub has noted before its files were there, at the start of a later process. @throws what may pass. */
  async again(noted: Arrival): Promise<void> {
    // The roles that its author had then may be gone.
    const { roles: _, ...member } = noted.member ?? {};
    const message = { ...noted, member };
    const around = await this.#around(message.channel_id, message.guild_id);
    if (around) await this.#arrivals.take(message, around);
  }

  /** Resolves when it is stored or noted, or need not be; rejects only when the inbox closes. */
  async #store(message: Arrival, place?: Place | null): Promise<void> {
    await this.#untilDone(async () => {
      const around = await this.#around(message.channel_id, message.guild_id, place);
      if (around) await this.#arrivals.take(message, around);
    });
  }

  async #edit(change: ChangedMessage): Promise<void> {
    // Discord "updates" a message also when it has looked at a link in it: without a time, or without words.
    if (change.author?.bot || (!change.edited_timestamp && (change.author || change.content === undefined)))
      return;
    await this.#untilDone(async () => {
      const around = await this.#around(change.channel_id, change.guild_id);
      const message = around && (await this.#whole(change));
      if (!message || message.author.bot) return;
      await this.#parts.host.edit({
        key: keyOf(around, message.id),
        text: textOf(message, around),
        author: authorOf(message.author, message.member?.nick),
        addressed: isAddressed(message, around),
        roles: message.member?.roles,
      });
    });
  }

  /** What an update leaves out is asked for. Null: the message is gone. */
  async #whole(change: ChangedMessage): Promise<ChatMessage | null> {
    if (change.author && change.content !== undefined && change.mentions && change.mention_roles)
      return change as ChatMessage;
    const route = `/channels/${change.channel_id}/messages/${change.id}` as const;
    try {
      return { ...(await this.#parts.api.get<ChatMessage>(route)), ...change };
    } catch (error) {
      if (refusalCode(error) === null) throw error;
      return null;
    }
  }

  async #remove(
    { channel_id, guild_id }: Pick<GatewayMessageDeleteDispatchData, 'channel_id' | 'guild_id'>,
    ids: string[],
  ): Promise<void> {
    await this.#untilDone(async () => {
      const around = await this.#around(channel_id, guild_id);
      for (const id of around ? ids : []) await this.#parts.host.remove(keyOf(around!, id));
    });
  }

  async #react(
    reaction: GatewayMessageReactionAddDispatchData | GatewayMessageReactionRemoveDispatchData,
    removed: boolean,
  ): Promise<void> {
    await this.#untilDone(async () => {
      const around = await this.#around(reaction.channel_id, reaction.guild_id);
      const inbound = around && normalizeReaction(reaction, around, removed);
      if (inbound) await this.#parts.host.react(inbound);
    });
  }

  /** Null: the channel is gone, or hidden from the bot. */
  async #around(
    channelId: string,
    guildId: string | undefined,
    seen?: Place | null,
  ): Promise<Bystanders | null> {
    const { agentId, connector } = this.#parts;
    const client = this.#client;
    if (!client?.user) throw new RetryableError('shutting_down', 'Discord has not said yet who the bot is.');
    const { user } = client;
    const place = seen ?? (await placeOf(client, channelId, guildId));
    if (!place) return null;
    const roles = client.guilds.cache.get(guildId ?? '')?.roles.cache;
    const own = roles?.filter(({ tags }) => tags?.botId === user.id).map(({ id }) => id) ?? [];
    const channels = client.channels.cache;
    return {
      agentId,
      connector,
      place,
      self: { id: user.id, name: user.displayName, roles: own },
      roleName: (id) => roles?.get(id)?.name ?? null,
      channelName: (id) => {
        const channel = channels.get(id);
        // Only of the same server: names of others' channels are theirs.
        return channel && 'name' in channel && 'guildId' in channel && channel.guildId === guildId
          ? channel.name
          : null;
      },
    };
  }

  #untilDone(job: () => Promise<void>): Promise<void> {
    const waiting = (err: unknown, retryInMs: number) =>
      this.#parts.host.log.warn({ err, retryInMs }, 'An event from Discord waits for the hub.');
    // Nobody else tries: a channel goes on soon after the store is back.
    return untilDone(job, { signal: this.#ending.signal, longestMs: 1_500, waiting });
  }
}

function keyOf(around: Bystanders, messageId: string) {
  const { connector, tenant, messageId: id } = sourceOf(around, messageId);
  return { agentId: around.agentId, connector, tenant, messageId: id };
}
