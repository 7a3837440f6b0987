/** What Telegram tells, handed to the hub. What resolves here is durable, and may be confirmed. */
import {
  CarrierError,
  type Host,
  type InboundMessage,
  type Receipt,
  type SourceKey,
} from '../../src/extension-api.js';
import type { Account } from './account.js';
import type { Albums } from './albums.js';
import type { Api } from './api.js';
import { editedCaptions, noteCaptions } from './captions.js';
import type { Chats } from './chats.js';
import { withStart } from './commands.js';
import { fetchFiles } from './files.js';
import {
  connectorName,
  inboundPress,
  inboundReactions,
  messageIdOf,
  normalizeMessage,
  type Us,
} from './normalize.js';
import { preview, unarmed } from './outgoing.js';
import { Message, type Press, type Update } from './payload.js';
import { authorOf } from './people.js';

export interface InboxParts {
  agentId: string;
  api: Api;
  host: Host;
  chats: Chats;
  account: Account;
  maxFileBytes: number;
  /** Messages such as `/new` are commands. */
  commands: boolean;
  /** A message was stored, for the first time or again. */
  received(receipt: Receipt): void;
  /** Told of what need not be done before the update is confirmed. */
  track(work: Promise<unknown>): void;
}

/** Errors of the hub that say what the person can do better. */
const told = new Set(['text_too_long', 'text_empty', 'body_too_large']);

/** Longest text of the note that answers a press. */
const maxAnswer = 200;

export class Inbox {
  readonly #parts: InboxParts;
  /** Albums that are on their way into the store. */
  readonly #coming = new Set<string>();
  /** Chats, with how many of their messages wait for files: what is said after those comes after them. */
  readonly #fetching = new Map<number, number>();
  #albums: Albums | null = null;

  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** They store by way of `storeAlbum`, so each needs the other. */
  gather(albums: Albums): void {
    this.#albums = albums;
  }

  /** @throws what a later try may mend; everything else is logged or told. */
  async handle(update: Update): Promise<void> {
    const { message, edited_message, message_reaction, callback_query } = update;
    if (message) await this.#message(message);
    if (edited_message) await this.#edit(edited_message);
    if (callback_query) await this.#press(callback_query);
    if (message_reaction) {
      const us = await this.#us(message_reaction);
      for (const reaction of inboundReactions(message_reaction, us)) await this.#parts.host.react(reaction);
    }
  }

  /** The items of an album as one message. Those that come after it was stored are messages of their own. */
  readonly storeAlbum = async (items: Message[]): Promise<void> => {
    const [first] = items;
    if (!first) return;
    const key = messageIdOf(first);
    // Whether these items are late shows once the first of them are stored.
    const late = this.#coming.has(key);
    this.#coming.add(key);
    const { taken, stored } = this.#store(items);
    const whole = stored.then((receipt) => this.#storeLate(items, receipt));
    const over = whole.finally(() => this.#coming.delete(key));
    await (late ? over : Promise.race([taken, over]));
  };

  /** What an earlier process was given, and did not store. */
  async again(event: unknown): Promise<void> {
    await this.#store(Message.array().parse(event)).stored;
  }

  async #storeLate(items: Message[], receipt: Receipt | null): Promise<void> {
    if (!receipt?.duplicate) return;
    const known = receipt.memory.source.metadata?.messageIds;
    const late = items.filter(({ message_id }) => Array.isArray(known) && !known.includes(message_id));
    for (const item of late) await this.#store([{ ...item, media_group_id: undefined }]).stored;
  }

  async #message(message: Message): Promise<void> {
    const { chats } = this.#parts;
    const { chat, migrate_to_chat_id, migrate_from_chat_id, media_group_id } = message;
    if (migrate_to_chat_id !== undefined) return chats.moved(chat.id, migrate_to_chat_id);
    if (migrate_from_chat_id !== undefined) return chats.moved(migrate_from_chat_id, chat.id);
    chats.hearTopic(message);
    if (media_group_id !== undefined) return this.#albums?.add(message);
    await this.#albums?.flush(chat.id);
    const { taken, stored } = this.#store([message]);
    await Promise.race([taken, stored]);
  }

  /**
   * Whichever comes first says that the update may be confirmed, or may not. Files that take long are fetched after it,
   * also when the connector has been stopped meanwhile: the hub waits for them, and this connector was told of them.
   */
  #store(items: Message[]): { taken: Promise<void>; stored: Promise<Receipt | null> } {
    let isTaken = false;
    let tell = () => {};
    const taken = new Promise<void>((resolve) => {
      tell = () => {
        isTaken = true;
        resolve();
      };
    });
    const stored = this.#receive(items, () => tell());
    stored.catch((err) => {
      if (isTaken) this.#parts.host.log.warn({ err }, 'a message that was taken is not stored');
    });
    return { taken, stored };
  }

  async #receive(items: Message[], taken: () => void): Promise<Receipt | null> {
    const { host, api, chats, account, commands, maxFileBytes, received } = this.#parts;
    const [first] = items;
    if (!first) return null;
    const us = await this.#us(first);
    const normalized = normalizeMessage(items, us, chats.topicOf(first));
    if (!normalized) return null;
    const { message: said, files } = normalized;
    const message = commands ? withStart(said) : said;
    const whole = async (): Promise<InboundMessage> => {
      if (first.media_group_id !== undefined) await noteCaptions(host.notes, items, await account.get());
      const options = { api, host, of: message, maxFileBytes };
      const { attachments, missing } = await fetchFiles(files, options);
      return { ...message, parts: [...(message.parts ?? []), ...missing], attachments };
    };
    const chatId = first.chat.id;
    const waits = files.length > 0 || first.media_group_id !== undefined;
    const behind = this.#fetching.get(chatId) ?? 0;
    if (waits) this.#fetching.set(chatId, behind + 1);
    const early = { event: items, taken };
    try {
      const receipt = await host.receive(message, waits || behind > 0 ? { complete: whole, early } : {});
      if (receipt) received(receipt);
      return receipt;
    } catch (err) {
      if (!(err instanceof CarrierError) || err.retryable || err.code === 'agent_unknown') throw err;
      host.log.warn({ err }, 'a message was refused');
      if (told.has(err.code) && message.addressed) this.#tell(first, err.message);
      return null;
    } finally {
      if (waits) this.#fetched(chatId);
    }
  }

  #fetched(chatId: number): void {
    const left = (this.#fetching.get(chatId) ?? 0) - 1;
    if (left > 0) this.#fetching.set(chatId, left);
    else this.#fetching.delete(chatId);
  }

  async #edit(message: Message): Promise<void> {
    const { host, agentId, account } = this.#parts;
    await this.#albums?.flush(message.chat.id);
    const normalized = normalizeMessage([{ ...message, media_group_id: undefined }], await this.#us(message));
    const edit = (messageId: string, text: string) => {
      const key: SourceKey = { agentId, connector: connectorName, tenant: 'default', messageId };
      const addressed = normalized?.message.addressed ?? false;
      return host.edit({ key, text, author: authorOf(message), addressed });
    };
    if (message.media_group_id !== undefined) {
      const text = await editedCaptions(host.notes, message, await account.get());
      if (text !== null) return void (await edit(messageIdOf(message), text));
    }
    // Of a message the hub does not have, an edit is not a new one. A place that moves, or votes, are no words.
    const words = message.text !== undefined || message.caption !== undefined || normalized?.files.length;
    if (normalized && words)
      await edit(messageIdOf({ ...message, media_group_id: undefined }), normalized.message.text);
  }

  async #press(told: Press): Promise<void> {
    const { api, host, chats } = this.#parts;
    const query = await chats.withTopic(told);
    const press = query.message && inboundPress(query, await this.#us(query.message));
    let text = 'This button is too old.';
    let taken = false;
    try {
      if (press) text = await host.press(press);
      taken = press !== undefined && press !== null;
    } catch (err) {
      if (!(err instanceof CarrierError) || err.retryable) throw err;
      text = err.message;
    }
    const answer = { text: text.slice(0, maxAnswer), show_alert: !taken };
    this.#attempt(() => api.call('answerCallbackQuery', { callback_query_id: query.id, ...answer }));
    if (!taken || !query.message) return;
    const { chat, message_id } = query.message;
    // Its buttons have been used: each payload is taken once.
    this.#attempt(() => api.call('editMessageReplyMarkup', { chat_id: chat.id, message_id, ...unarmed }));
  }

  /** A sentence from the hub itself, as an answer to the message. */
  #tell({ chat, message_id, message_thread_id, is_topic_message }: Message, text: string): void {
    this.#attempt(() =>
      this.#parts.api.call('sendMessage', {
        chat_id: chat.id,
        text: text.slice(0, 4096),
        ...(is_topic_message && { message_thread_id }),
        reply_parameters: { message_id, allow_sending_without_reply: true },
        ...preview(false),
      }),
    );
  }

  /** The update is taken either way: what only informs must not have it come again, or be waited for. */
  #attempt(send: () => Promise<unknown>): void {
    const { host, track } = this.#parts;
    track(send().catch((err) => host.log.warn({ err }, 'an answer could not be shown')));
  }

  async #us(message: Pick<Message, 'chat'> & Partial<Message>): Promise<Us> {
    const { agentId, chats, account } = this.#parts;
    const [bot, room] = await Promise.all([account.hearing(message), chats.roomOf(message.chat.id)]);
    return { agentId, bot, roomOf: (id) => (id === message.chat.id ? room : id) };
  }
}
