/** Everything the server knows: people, guilds, channels and what was said. Changes are told to whoever listens. */
import { EventEmitter } from 'node:events';
import { refusals } from './errors.js';
import { snowflake } from './snowflake.js';

// https://discord.com/developers/docs/events/gateway#gateway-intents
export const intents = {
  guilds: 1 << 0,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  messageContent: 1 << 15,
};

export const channelTypes = { text: 0, dm: 1, announcement: 5, thread: 11, forum: 15 };

export interface User {
  id: string;
  username: string;
  global_name: string | null;
  bot: boolean;
}

interface Role {
  id: string;
  name: string;
  permissions: string;
  /** The role that Discord makes for a bot when it is invited. */
  botId?: string;
}

export interface Guild {
  id: string;
  name: string;
  ownerId: string;
  roles: Role[];
  members: Map<string, { nick: string | null; roles: string[] }>;
}

export interface Channel {
  id: string;
  type: number;
  guildId: string | null;
  name: string;
  parentId: string | null;
  /** Who is in a direct conversation besides the bot. */
  recipientId: string | null;
  ownerId: string | null;
  threadMembers: Set<string>;
  lastMessageId: string | null;
  /** The bot is kept out of it, or the person takes no direct messages. */
  closed: boolean;
  /** What the bot may not do there. */
  denied: Set<'send' | 'attach' | 'history'>;
  /** Words that AutoMod lets nobody say there. */
  forbidden: RegExp | null;
  /** A thread that was put away; a new message brings it back, unless it is locked. */
  archived: boolean;
  locked: boolean;
}

export interface StoredFile {
  id: string;
  filename: string;
  content_type: string;
  bytes: Buffer;
  /** What it shows, in its sender's words. */
  description?: string;
  /** In place of the server's own: for tests of hosts that are not trusted. */
  url?: string;
}

export interface Message {
  id: string;
  channelId: string;
  author: User;
  type: number;
  content: string;
  timestamp: string;
  editedAt: string | null;
  files: StoredFile[];
  replyTo: string | null;
  nonce: string | number | null;
  components: { components?: { custom_id: string; label?: string; disabled?: boolean; style: number }[] }[];
  reactions: { userId: string; emoji: string }[];
  /** Whom it has pinged, as `allowed_mentions` let it. */
  pinged: { everyone: boolean; users: string[]; roles: string[] };
  /** All its texts, the first one too. */
  texts: string[];
  /** The message it passes on, as it was then. */
  forwarded: Message | null;
  /** As the API has them: cards, stickers, a poll. Interactive or not, `components` are, too. */
  embeds: object[];
  stickers: { id: string; name: string; format_type: number }[];
  poll: object | null;
  webhookId: string | null;
  /** Bits; 4: no previews of its links. */
  flags: number;
}

/** One event for the gateway. */
export interface Dispatch {
  t: string;
  /** Made when it is sent, and for each receiver: what it may read depends on its intents. */
  data: (intents: number) => unknown;
  guildId: string | null;
  /** The intent a session must have; 0: none. */
  intent: number;
}

/** As the API has it. */
export function rolePayload({ botId, ...role }: Role): object {
  const tags = botId ? { tags: { bot_id: botId } } : {};
  return { ...role, color: 0, hoist: false, position: 1, managed: !!botId, mentionable: false, ...tags };
}

export class World extends EventEmitter<{ dispatch: [Dispatch] }> {
  readonly applicationId = snowflake();
  readonly bot: User;
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Message[]>();

  constructor(botName: string) {
    super();
    this.bot = this.addUser(botName, true);
  }

  addUser(username: string, bot = false): User {
    const user: User = { id: snowflake(), username, global_name: bot ? null : username, bot };
    this.users.set(user.id, user);
    return user;
  }

  addGuild(name: string, permissions: bigint): Guild {
    const id = snowflake();
    const botRole: Role = { id: snowflake(), name: this.bot.username, permissions: '0', botId: this.bot.id };
    const everyone: Role = { id, name: '@everyone', permissions: String(permissions) };
    const owner = this.addUser(`${name} owner`);
    const members = new Map([
      [this.bot.id, { nick: null, roles: [botRole.id] }],
      [owner.id, { nick: null, roles: [] }],
    ]);
    const guild: Guild = { id, name, ownerId: owner.id, roles: [everyone, botRole], members };
    this.guilds.set(id, guild);
    return guild;
  }

  addRole(guild: Guild, name: string): Role {
    const role: Role = { id: snowflake(), name, permissions: '0' };
    guild.roles.push(role);
    this.tell({
      ...{ t: 'GUILD_ROLE_CREATE', guildId: guild.id, intent: intents.guilds },
      data: () => ({ guild_id: guild.id, role: rolePayload(role) }),
    });
    return role;
  }

  /** Whoever had it has it no more; of that nobody is told without the members intent. */
  deleteRole(guild: Guild, { id }: Role): void {
    guild.roles = guild.roles.filter((role) => role.id !== id);
    for (const member of guild.members.values()) member.roles = member.roles.filter((one) => one !== id);
    this.tell({
      ...{ t: 'GUILD_ROLE_DELETE', guildId: guild.id, intent: intents.guilds },
      data: () => ({ guild_id: guild.id, role_id: id }),
    });
  }

  addChannel(change: Partial<Channel> & Pick<Channel, 'type'>): Channel {
    const channel: Channel = {
      id: snowflake(),
      guildId: null,
      name: 'channel',
      parentId: null,
      recipientId: null,
      ownerId: null,
      threadMembers: new Set(),
      lastMessageId: null,
      closed: false,
      denied: new Set(),
      forbidden: null,
      archived: false,
      locked: false,
      ...change,
    };
    this.channels.set(channel.id, channel);
    this.messages.set(channel.id, []);
    return channel;
  }

  channel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw refusals.unknownChannel();
    return channel;
  }

  message(channelId: string, id: string): Message {
    const message = this.messages.get(channelId)?.find((candidate) => candidate.id === id);
    if (!message) throw refusals.unknownMessage();
    return message;
  }

  /** The message wherever it stands. */
  find(id: string): Message {
    for (const messages of this.messages.values()) {
      const found = messages.find((candidate) => candidate.id === id);
      if (found) return found;
    }
    throw refusals.unknownMessage();
  }

  /** The one-to-one conversation of the bot with a person. */
  direct(recipientId: string): Channel {
    if (!this.users.has(recipientId)) throw refusals.unknownUser();
    const known = [...this.channels.values()].find((channel) => channel.recipientId === recipientId);
    return known ?? this.addChannel({ type: channelTypes.dm, recipientId });
  }

  isThread(channel: Channel): boolean {
    return channel.type === channelTypes.thread;
  }

  tell(dispatch: Dispatch): void {
    this.emit('dispatch', dispatch);
  }
}
