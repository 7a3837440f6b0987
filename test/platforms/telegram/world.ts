/** What a Telegram server keeps: people, chats, their messages and files. One bot. */
import type { MessageEntity, User } from 'telegraf/types';
import { badRequest, Refusal } from './refusal.js';

export interface StoredFile {
  file_id: string;
  file_unique_id: string;
  bytes: Buffer;
  path: string;
}

/** As in the API, plus what the API does not show. */
export interface StoredMessage {
  message_id: number;
  date: number;
  chat: object;
  from?: User;
  text?: string;
  entities?: MessageEntity[];
  caption?: string;
  caption_entities?: MessageEntity[];
  edit_date?: number;
  media_group_id?: string;
  message_thread_id?: number;
  is_topic_message?: boolean;
  reply_to_message?: StoredMessage;
  reply_markup?: { inline_keyboard: { text: string; callback_data?: string; url?: string }[][] };
  [more: string]: unknown;
}

export class Chat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title: string | undefined;
  readonly person: User | undefined;
  readonly topics = new Map<number, string>();
  readonly messages = new Map<number, StoredMessage>();
  readonly isForum: boolean;
  /** Why the bot may not write here. */
  barred: string | null = null;
  migratedTo: number | null = null;
  /** What members may not send. */
  readonly forbidden = new Set<'documents' | 'photos'>();
  readonly closedTopics = new Set<number>();
  /** By the person's id; others are members. */
  readonly standing = new Map<number, 'creator' | 'administrator' | 'left' | 'kicked'>();
  /** What the bot is told of others, where it is no administrator. */
  hidesMembers: string | null = null;
  #lastId = 0;

  constructor(of: { id: number; type: Chat['type']; title?: string; person?: User; forum?: boolean }) {
    this.id = of.id;
    this.type = of.type;
    this.title = of.title;
    this.person = of.person;
    this.isForum = of.forum ?? false;
  }

  /** Ids repeat from chat to chat, as in supergroups. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get shown(): object {
    const { id, type, title, person } = this;
    if (person) return { id, type, first_name: person.first_name, username: person.username };
    return { id, type, title, ...(this.isForum && { is_forum: true }) };
  }

  /** @throws Refusal */
  message(id: number, use: string): StoredMessage {
    const found = this.messages.get(id);
    if (!found) throw badRequest(`message to ${use} not found`);
    return found;
  }
}

export class World {
  readonly bot: User & { username: string };
  readonly chats = new Map<number, Chat>();
  readonly files = new Map<string, StoredFile>();
  /** False: privacy mode, the default of @BotFather; the bot hears only what is meant for it. */
  readsAll = true;
  commands: { command: string; description: string }[] = [];
  readonly actions: { chatId: number; action: string; topic: number | undefined; at: number }[] = [];
  /** Presses of buttons that wait for their answer, by the query's id. */
  readonly presses = new Map<string, (answer: { text: string; alert: boolean }) => void>();
  #lastUser = 1000;
  #lastChat = 500;
  #lastFile = 0;

  constructor(bot: User & { username: string }) {
    this.bot = bot;
  }

  user(name: string, username?: string): User {
    this.#lastUser += 1;
    return { id: this.#lastUser, is_bot: false, first_name: name, ...(username && { username }) };
  }

  /** The chat of this person with the bot, made on first use. */
  dm(person: User): Chat {
    const known = this.chats.get(person.id);
    return known ?? this.#add(new Chat({ id: person.id, type: 'private', person }));
  }

  group(title: string, options: { forum?: boolean; basic?: boolean } = {}): Chat {
    this.#lastChat += 1;
    const id = options.basic ? -this.#lastChat : -1_000_000_000_000 - this.#lastChat;
    const type = options.basic ? 'group' : 'supergroup';
    return this.#add(new Chat({ id, type, title, forum: options.forum }));
  }

  /** Where the bot may write now. @throws Refusal */
  writable(chatId: number | string): Chat {
    const chat = this.chats.get(Number(chatId));
    if (!chat) throw badRequest('chat not found');
    if (chat.barred) throw new Refusal(403, `Forbidden: ${chat.barred}`);
    if (chat.migratedTo !== null)
      throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: chat.migratedTo,
      });
    return chat;
  }

  keep(bytes: Buffer, name: string): StoredFile {
    this.#lastFile += 1;
    const file_unique_id = `u${this.#lastFile}`;
    const file_id = `file-${this.#lastFile}`;
    const file = {
      file_id,
      file_unique_id,
      bytes,
      path: `documents/${this.#lastFile}-${encodeURIComponent(name)}`,
    };
    this.files.set(file_id, file);
    return file;
  }

  #add(chat: Chat): Chat {
    this.chats.set(chat.id, chat);
    return chat;
  }
}
