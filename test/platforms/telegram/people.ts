/** What people do in their apps. Each act is stored and, where the bot may know of it, becomes an update. */
import type { MessageEntity, Update, User } from 'telegraf/types';
import type { NewUpdate, Updates } from './updates.js';
import type { Chat, StoredFile, StoredMessage, World } from './world.js';

export interface Saying {
  /** Id of the message replied to. */
  replyTo?: number;
  topic?: number;
  entities?: MessageEntity[];
  /** Anything else a message may have, as in the API: `forward_origin`, `sticker`, ... */
  more?: Record<string, unknown>;
}

export interface Sending extends Saying {
  kind: 'photo' | 'document' | 'voice';
  bytes: Buffer;
  name?: string;
  mediaType?: string;
  caption?: string;
}

export class People {
  readonly #world: World;
  readonly #updates: Updates;
  #lastAlbum = 7000;
  #lastPress = 0;

  constructor(world: World, updates: Updates) {
    this.#world = world;
    this.#updates = updates;
  }

  /** Opens a topic of a forum; its id is that of the service message that opens it. */
  topic(chat: Chat, user: User, name: string): number {
    const id = chat.nextId();
    const forum_topic_created = { name, icon_color: 7322096 };
    chat.topics.set(id, name);
    const service = { message_thread_id: id, is_topic_message: true, forum_topic_created };
    this.#put(chat, { ...this.#from(chat, user, id), ...service });
    return id;
  }

  say(chat: Chat, user: User, text: string, saying: Saying = {}): StoredMessage {
    const entities = [...detected(text), ...(saying.entities ?? [])].sort((a, b) => a.offset - b.offset);
    return this.#put(chat, {
      ...this.#message(chat, user, saying),
      text,
      ...(entities.length > 0 && { entities }),
    });
  }

  send(chat: Chat, user: User, sending: Sending): StoredMessage {
    return this.#put(chat, this.#media(chat, user, sending));
  }

  /** Several photos or files that the app shows as one; at most ten. */
  album(chat: Chat, user: User, items: Sending[]): StoredMessage[] {
    this.#lastAlbum += 1;
    const media_group_id = String(this.#lastAlbum);
    return items.map((item) => this.#put(chat, { ...this.#media(chat, user, item), media_group_id }));
  }

  /** One item of an album that is only now sent on by Telegram. */
  late(chat: Chat, user: User, album: StoredMessage, item: Sending): StoredMessage {
    return this.#put(chat, { ...this.#media(chat, user, item), media_group_id: album.media_group_id });
  }

  edit(chat: Chat, id: number, text: string): void {
    const message = chat.message(id, 'edit');
    message.edit_date = Math.floor(Date.now() / 1000);
    if (message.text === undefined) message.caption = text;
    else {
      message.text = text;
      message.entities = detected(text);
    }
    this.#tell(chat, { edited_message: shown(message) });
  }

  /** Bots are not told of deletions. */
  remove(chat: Chat, id: number): void {
    chat.messages.delete(id);
  }

  react(chat: Chat, user: User, id: number, emoji: string[], before: string[] = []): void {
    chat.message(id, 'react to');
    const reactions = (list: string[]) => list.map((each) => ({ type: 'emoji', emoji: each }));
    this.#tell(chat, {
      message_reaction: {
        chat: chat.shown,
        message_id: id,
        user,
        date: Math.floor(Date.now() / 1000),
        old_reaction: reactions(before),
        new_reaction: reactions(emoji),
      },
    });
  }

  /**
   * Presses the button with this label. Resolves with what the app then shows.
   * @param old of a message that is too old, the bot is told next to nothing
   */
  press(
    chat: Chat,
    user: User,
    id: number,
    label: string,
    old = false,
  ): Promise<{ text: string; alert: boolean }> {
    const message = chat.message(id, 'press');
    const button = message.reply_markup?.inline_keyboard.flat().find(({ text }) => text === label);
    if (!button) throw new Error(`No button "${label}" under message ${id}.`);
    this.#lastPress += 1;
    const query = `press-${this.#lastPress}`;
    return new Promise((resolve) => {
      this.#world.presses.set(query, resolve);
      this.#tell(chat, {
        callback_query: {
          id: query,
          from: user,
          message: old ? { chat: chat.shown, message_id: id, date: 0 } : shown(message),
          chat_instance: String(chat.id),
          data: button.callback_data,
        },
      });
    });
  }

  /** Blocks the bot, or throws it out of a group. */
  bar(chat: Chat, why = 'bot was blocked by the user'): void {
    chat.barred = why;
  }

  /** A basic group becomes a supergroup, with a new id. */
  migrate(chat: Chat, user: User): Chat {
    const next = this.#world.group(chat.title ?? 'group');
    chat.migratedTo = next.id;
    this.#put(chat, { ...this.#from(chat, user), migrate_to_chat_id: next.id });
    this.#put(next, { ...this.#from(next, user), migrate_from_chat_id: chat.id });
    return next;
  }

  /** Telegram hands over the same message once more. */
  redeliver(chat: Chat, message: StoredMessage): Update {
    return this.#tell(chat, { message: shown(message) });
  }

  /** Any update at all, for payloads no app would make. */
  raw(update: object, chat = 0): Update {
    return this.#updates.add(update as NewUpdate, chat);
  }

  #message(chat: Chat, user: User, { replyTo, topic, more }: Saying): StoredMessage {
    // In a topic, a message that answers none points at the topic's opening.
    const target = chat.messages.get(replyTo ?? topic ?? -1);
    return {
      ...this.#from(chat, user),
      ...(topic !== undefined && { message_thread_id: topic, is_topic_message: true }),
      ...(target && { reply_to_message: { ...target, reply_to_message: undefined } }),
      // Outside of topics, too, answers carry the id of the first message of their chain.
      ...(target &&
        topic === undefined &&
        chat.type === 'supergroup' && { message_thread_id: target.message_id }),
      ...more,
    };
  }

  #from(chat: Chat, user: User, id = chat.nextId()): StoredMessage {
    return { message_id: id, from: user, chat: chat.shown, date: Math.floor(Date.now() / 1000) };
  }

  #media(chat: Chat, user: User, sending: Sending): StoredMessage {
    const { kind, bytes, name = `${kind}.bin`, mediaType, caption } = sending;
    const stored = this.#world.keep(bytes, name);
    return {
      ...this.#message(chat, user, sending),
      ...content(kind, stored, name, mediaType),
      ...(caption && { caption, caption_entities: detected(caption) }),
    };
  }

  #put(chat: Chat, message: StoredMessage): StoredMessage {
    chat.messages.set(message.message_id, message);
    if (this.#hears(chat, message)) this.#tell(chat, { message: shown(message) });
    return message;
  }

  /** Privacy mode: in groups only what is meant for the bot, https://core.telegram.org/bots/features#privacy-mode */
  #hears(chat: Chat, { text = '', caption, reply_to_message, ...message }: StoredMessage): boolean {
    if (this.#world.readsAll || chat.type === 'private') return true;
    const { id, username } = this.#world.bot;
    const service = message.migrate_to_chat_id !== undefined || message.migrate_from_chat_id !== undefined;
    const named = `${text} ${caption ?? ''}`.toLowerCase().includes(`@${username.toLowerCase()}`);
    return service || named || text.startsWith('/') || reply_to_message?.from?.id === id;
  }

  #tell(chat: Chat, update: object): Update {
    return this.#updates.add(update as NewUpdate, chat.id);
  }
}

function content(
  kind: Sending['kind'],
  { file_id, file_unique_id, bytes }: StoredFile,
  name: string,
  type?: string,
) {
  const file = { file_id, file_unique_id, file_size: bytes.length };
  if (kind === 'voice') return { voice: { ...file, duration: 2, mime_type: type ?? 'audio/ogg' } };
  if (kind === 'document') return { document: { ...file, file_name: name, mime_type: type } };
  return {
    photo: [
      { ...file, file_id: `${file_id}-small`, file_size: 10, width: 90, height: 67 },
      { ...file, width: 1280, height: 960 },
    ],
  };
}

/** What Telegram marks by itself. */
function detected(text: string): MessageEntity[] {
  const found = [
    ...text.matchAll(/(?<![\w/@])(?:@[A-Za-z]\w{3,31}|\/[a-z0-9_]{1,32}(?:@\w{3,32})?(?![\w/]))/g),
  ];
  return found.map(({ 0: match, index }) => ({
    type: match.startsWith('@') ? 'mention' : 'bot_command',
    offset: index,
    length: match.length,
  }));
}

/** A copy: what is handed out does not change any more. */
function shown(message: StoredMessage): StoredMessage {
  return structuredClone(message);
}
