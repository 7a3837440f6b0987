/** What changes messages, whoever does it, and the events that tell of it. */
import { refusals } from './errors.js';
import type { EditForm, MessageForm } from './message-form.js';
import { channelPayload, memberPayload, mentionsOf, messagePayload, threadMember } from './payloads.js';
import { snowflake } from './snowflake.js';
import {
  type Channel,
  channelTypes,
  intents,
  type Message,
  type StoredFile,
  type User,
  type World,
} from './world.js';

export interface Words {
  content: string;
  files?: StoredFile[];
  replyTo?: string | null;
  nonce?: string | number | null;
  components?: Message['components'];
  mentions?: MessageForm['allowed_mentions'];
  forwarded?: Message;
  embeds?: Message['embeds'];
  stickers?: string[];
  poll?: object;
  webhookId?: string;
  flags?: number;
  type?: number;
  id?: string;
}

export class Talk {
  readonly #world: World;
  readonly #cdn: () => string;

  constructor(world: World, cdn: () => string) {
    this.#world = world;
    this.#cdn = cdn;
  }

  post(channelId: string, author: User, words: Words): Message {
    const world = this.#world;
    const channel = world.channel(channelId);
    const message: Message = {
      id: words.id ?? snowflake(),
      channelId,
      author,
      type: words.type ?? (words.replyTo ? 19 : 0),
      content: words.content,
      timestamp: new Date().toISOString(),
      editedAt: null,
      files: words.files ?? [],
      replyTo: words.replyTo ?? null,
      nonce: words.nonce ?? null,
      components: words.components ?? [],
      reactions: [],
      pinged: { everyone: false, users: [], roles: [] },
      texts: [words.content],
      forwarded: words.forwarded ? structuredClone(words.forwarded) : null,
      embeds: words.embeds ?? [],
      stickers: (words.stickers ?? []).map((name) => ({ id: snowflake(), name, format_type: 1 })),
      poll: words.poll ?? null,
      webhookId: words.webhookId ?? null,
      flags: words.flags ?? 0,
    };
    world.messages.get(channelId)!.push(message);
    message.pinged = this.#pinged(message, words.mentions);
    channel.lastMessageId = message.id;
    if (world.isThread(channel)) {
      this.join(channel, author);
      if (words.content.includes(`<@${world.bot.id}>`)) this.join(channel, world.bot);
    }
    this.announce('MESSAGE_CREATE', message);
    return message;
  }

  /** Tells of a message (once more): also what a person who hits "retry" cannot do, a redelivery. */
  announce(t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
    this.#tell(t, message.channelId, (granted) =>
      messagePayload(this.#world, message, { intents: granted, cdn: this.#cdn() }),
    );
  }

  edit(
    message: Message,
    form: EditForm,
    files: StoredFile[] = [],
    told: 'all' | 'content' | 'time' = 'all',
  ): Message {
    if (typeof form.content === 'string') {
      message.content = form.content;
      message.texts.push(form.content);
      message.editedAt = new Date().toISOString();
    }
    if (typeof form.flags === 'number') message.flags = form.flags;
    if (form.components) message.components = form.components;
    // A list of attachments is the whole list: what it does not name is taken away.
    const kept = form.attachments
      ? message.files.filter(({ id }) => form.attachments!.some((named) => String(named.id) === id))
      : message.files;
    message.files = [...kept, ...files];
    if (told === 'all') this.announce('MESSAGE_UPDATE', message);
    else this.#tellChange(message, told);
    return message;
  }

  /** Some updates name neither the author nor what stays as it was. */
  #tellChange({ id, channelId, content, editedAt }: Message, told: 'content' | 'time'): void {
    const guildId = this.#world.channel(channelId).guildId;
    this.#tell('MESSAGE_UPDATE', channelId, () => ({
      ...{ id, channel_id: channelId, ...(guildId && { guild_id: guildId }) },
      ...(told === 'content' ? { content } : { edited_timestamp: editedAt }),
    }));
  }

  remove(message: Message): void {
    const messages = this.#world.messages.get(message.channelId)!;
    messages.splice(messages.indexOf(message), 1);
    const guildId = this.#world.channel(message.channelId).guildId;
    this.#tell('MESSAGE_DELETE', message.channelId, () => ({
      id: message.id,
      channel_id: message.channelId,
      ...(guildId && { guild_id: guildId }),
    }));
  }

  react(message: Message, user: User, emoji: string, added: boolean): void {
    const { id, channelId, author } = message;
    const channel = this.#world.channel(channelId);
    const guild = this.#world.guilds.get(channel.guildId ?? '');
    message.reactions = message.reactions.filter((r) => r.userId !== user.id || r.emoji !== emoji);
    if (added) message.reactions.push({ userId: user.id, emoji });
    this.#world.tell({
      t: added ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE',
      guildId: channel.guildId,
      intent: guild ? intents.guildReactions : intents.directReactions,
      data: () => ({
        user_id: user.id,
        channel_id: channelId,
        message_id: id,
        emoji: { id: null, name: emoji },
        burst: false,
        type: 0,
        ...(guild && { guild_id: guild.id }),
        ...(added && { message_author_id: author.id }),
        ...(added && guild && { member: memberPayload(this.#world, guild, user.id, true) }),
      }),
    });
  }

  /** A thread below a channel, or a post in a forum: the same thing to Discord. */
  openThread(parent: Channel, owner: User, name: string, from?: Message): Channel {
    if (![channelTypes.text, channelTypes.announcement, channelTypes.forum].includes(parent.type))
      throw refusals.wrongChannelType();
    const thread = this.#world.addChannel({
      // A thread that is made of a message bears its id.
      ...(from && { id: from.id }),
      type: channelTypes.thread,
      guildId: parent.guildId,
      parentId: parent.id,
      ownerId: owner.id,
      name,
    });
    thread.threadMembers.add(owner.id);
    this.#tellGuild('THREAD_CREATE', thread, () => ({
      ...channelPayload(this.#world, thread),
      newly_created: true,
    }));
    if (from) this.post(thread.id, owner, { content: '', type: 21, replyTo: from.id });
    return thread;
  }

  join(thread: Channel, user: User): void {
    if (thread.threadMembers.has(user.id)) return;
    thread.threadMembers.add(user.id);
    // Without the members intent a bot hears of its own joining alone.
    if (user.id !== this.#world.bot.id) return;
    this.#tellGuild('THREAD_CREATE', thread, () => channelPayload(this.#world, thread));
    this.#tellGuild('THREAD_MEMBERS_UPDATE', thread, () => ({
      id: thread.id,
      guild_id: thread.guildId,
      member_count: thread.threadMembers.size,
      added_members: [threadMember(thread, user.id)],
      removed_member_ids: [],
    }));
  }

  /** Events of channels and threads, for sessions with the guilds intent. */
  #tellGuild(t: string, channel: Channel, data: () => unknown): void {
    this.#world.tell({ t, guildId: channel.guildId, intent: intents.guilds, data });
  }

  tellChannel(t: 'CHANNEL_CREATE' | 'CHANNEL_DELETE', channel: Channel): void {
    this.#tellGuild(t, channel, () => channelPayload(this.#world, channel));
  }

  #tell(t: string, channelId: string, data: (granted: number) => unknown): void {
    const channel = this.#world.channel(channelId);
    if (channel.closed) return;
    const intent = channel.guildId ? intents.guildMessages : intents.directMessages;
    this.#world.tell({ t, guildId: channel.guildId, intent, data });
  }

  /** https://discord.com/developers/docs/resources/message#allowed-mentions-object */
  #pinged(message: Message, allowed: Words['mentions']): Message['pinged'] {
    const { users, roles } = mentionsOf(this.#world, message);
    const everyone = /@(everyone|here)\b/.test(message.content);
    const named = users.map(({ id }) => id);
    if (!allowed) return { everyone, users: named, roles };
    const parse = new Set(allowed.parse);
    const replied = message.replyTo
      ? this.#world.messages.get(message.channelId)!.find(({ id }) => id === message.replyTo)?.author.id
      : undefined;
    const mentioned = named.filter((id) => id !== replied || message.content.includes(`<@${id}>`));
    return {
      everyone: everyone && parse.has('everyone'),
      users: [
        ...mentioned.filter((id) => parse.has('users') || allowed.users?.includes(id)),
        ...(replied && allowed.replied_user ? [replied] : []),
      ],
      roles: roles.filter((id) => parse.has('roles') || allowed.roles?.includes(id)),
    };
  }
}
