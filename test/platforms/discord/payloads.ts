/** State as Discord's API shows it. */
import type { Channel, Guild, Message, StoredFile, User, World } from './world.js';
import { channelTypes, intents, rolePayload } from './world.js';

export function userPayload(user: User): object {
  return { ...user, discriminator: user.bot ? '0001' : '0', avatar: null };
}

export function channelPayload(world: World, channel: Channel): object {
  const base = { id: channel.id, type: channel.type, last_message_id: channel.lastMessageId, flags: 0 };
  if (channel.guildId === null) {
    const recipient = world.users.get(channel.recipientId!)!;
    return { ...base, recipients: [userPayload(recipient)] };
  }
  const named = {
    ...base,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    // What nobody may see is denied to everyone, whose role's id is the guild's: 1 << 10 is VIEW_CHANNEL.
    permission_overwrites: channel.closed
      ? [{ id: channel.guildId, type: 0, allow: '0', deny: String(1 << 10) }]
      : [],
  };
  if (channel.type !== channelTypes.thread) return { ...named, position: 0 };
  return {
    ...named,
    owner_id: channel.ownerId,
    message_count: world.messages.get(channel.id)!.length,
    member_count: channel.threadMembers.size,
    thread_metadata: {
      archived: channel.archived,
      auto_archive_duration: 1440,
      archive_timestamp: new Date().toISOString(),
      locked: channel.locked,
    },
    ...(channel.threadMembers.has(world.bot.id) && { member: threadMember(channel, world.bot.id) }),
  };
}

export function threadMember(channel: Channel, userId: string): object {
  return { id: channel.id, user_id: userId, join_timestamp: new Date().toISOString(), flags: 0 };
}

export function guildPayload(world: World, guild: Guild): object {
  const channels = [...world.channels.values()].filter(({ guildId }) => guildId === guild.id);
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    unavailable: false,
    joined_at: new Date().toISOString(),
    large: false,
    member_count: guild.members.size,
    members: [memberPayload(world, guild, world.bot.id, true)],
    roles: guild.roles.map(rolePayload),
    channels: channels.filter((c) => !world.isThread(c)).map((c) => channelPayload(world, c)),
    threads: channels.filter((c) => world.isThread(c)).map((c) => channelPayload(world, c)),
    emojis: [],
    stickers: [],
    features: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
  };
}

export function memberPayload(world: World, guild: Guild, userId: string, withUser: boolean): object {
  const member = guild.members.get(userId)!;
  return {
    nick: member.nick,
    roles: member.roles,
    joined_at: '2024-01-01T00:00:00.000Z',
    deaf: false,
    mute: false,
    flags: 0,
    ...(withUser && { user: userPayload(world.users.get(userId)!) }),
  };
}

export interface View {
  /** What the receiver may read; null: REST, where the application's setting alone counts. */
  intents: number | null;
  /** Base of the addresses of files. */
  cdn: string;
}

/** A message as the API gives it; over the gateway with `guild_id` and `member`, as there. */
export function messagePayload(world: World, message: Message, view: View, depth = 0): object {
  const channel = world.channels.get(message.channelId)!;
  const guild = world.guilds.get(channel.guildId ?? '');
  const mentions = mentionsOf(world, message);
  const readable = canRead(world, message, channel, view.intents);
  const referenced =
    message.replyTo && depth === 0
      ? [...world.messages.values()].flat().find(({ id }) => id === message.replyTo)
      : undefined;
  const pointed = referenced?.channelId ?? message.channelId;
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: userPayload(message.author),
    content: readable ? message.content : '',
    timestamp: message.timestamp,
    edited_timestamp: message.editedAt,
    tts: false,
    mention_everyone: message.pinged.everyone,
    mentions: mentions.users.map((user) => ({
      ...userPayload(user),
      ...(view.intents !== null &&
        guild?.members.has(user.id) && { member: memberPayload(world, guild, user.id, false) }),
    })),
    mention_roles: mentions.roles,
    attachments: readable ? message.files.map((file) => filePayload(message, file, view.cdn)) : [],
    embeds: readable ? message.embeds : [],
    ...(readable && message.poll && { poll: message.poll }),
    ...(message.stickers.length > 0 && { sticker_items: message.stickers }),
    components: readable ? message.components : [],
    pinned: false,
    flags: message.flags,
    ...(message.nonce !== null && { nonce: message.nonce }),
    ...(message.webhookId && { webhook_id: message.webhookId }),
    ...(message.replyTo && {
      message_reference: { type: 0, message_id: message.replyTo, channel_id: pointed },
      ...(depth === 0 && {
        referenced_message: referenced ? messagePayload(world, referenced, view, 1) : null,
      }),
    }),
    ...(message.forwarded !== null && {
      message_reference: {
        type: 1,
        message_id: message.forwarded.id,
        channel_id: message.forwarded.channelId,
      },
      message_snapshots: readable ? [{ message: snapshot(world, message.forwarded, view) }] : [],
    }),
    ...(view.intents !== null &&
      guild && {
        guild_id: guild.id,
        ...(guild.members.has(message.author.id) && {
          member: memberPayload(world, guild, message.author.id, false),
        }),
      }),
  };
}

/** What of a message is passed on with it. https://discord.com/developers/docs/resources/message#message-snapshot-object */
function snapshot(world: World, message: Message, view: View): object {
  const { type, content, timestamp, editedAt, flags, embeds, stickers, components, files } = message;
  const { users, roles } = mentionsOf(world, message);
  return {
    ...{ type, content, timestamp, edited_timestamp: editedAt, flags, embeds, components },
    mentions: users.map(userPayload),
    mention_roles: roles,
    attachments: files.map((file) => filePayload(message, file, view.cdn)),
    ...(stickers.length > 0 && { sticker_items: stickers }),
  };
}

function filePayload(message: Message, file: StoredFile, cdn: string): object {
  const { id, filename, content_type, bytes, description } = file;
  const url = file.url ?? `${cdn}/attachments/${message.channelId}/${id}/${encodeURIComponent(filename)}`;
  const described = description === undefined ? {} : { description };
  return { id, filename, content_type, size: bytes.length, url, proxy_url: url, ...described };
}

/** Without the intent an application reads what is its own, what is for it, and what names it. */
function canRead(world: World, message: Message, channel: Channel, granted: number | null): boolean {
  if (granted === null || granted & intents.messageContent || channel.guildId === null) return true;
  return message.author.id === world.bot.id || message.content.includes(`<@${world.bot.id}>`);
}

export function mentionsOf(world: World, { content, replyTo, channelId }: Message) {
  const ids = [...content.matchAll(/<@!?(\d+)>/g)].map((match) => match[1]!);
  const replied = world.messages.get(channelId)!.find(({ id }) => id === replyTo);
  const users = [...new Set([...ids, ...(replied ? [replied.author.id] : [])])];
  return {
    users: users.flatMap((id) => world.users.get(id) ?? []),
    roles: [...content.matchAll(/<@&(\d+)>/g)].map((match) => match[1]!),
  };
}
