/** What Telegram tells, handed to the hub. What resolves here is durable, and may be confirmed. */
import {
  CarrierError,
  type Host,
  type InboundMessage,
  type Receipt,
  type SourceKey,
} from '../../src/extension-api.js';
import type { Albums } from './albums.js';
import type { Api } from './api.js';
import { editedCaptions, noteCaptions } from './captions.js';
import type { Chats } from './chats.js';
import { asCommand, isCommand } from './commands.js';
import { fetchFiles } from './files.js';
import {
  authorOf,
  type Command,
  commandOf,
  connectorName,
  inboundCommand,
  inboundPress,
  inboundReactions,
  messageIdOf,
  normalizeMessage,
  type Us,
} from './normalize.js';
import type { Message, Press, Update, User } from './payload.js';

export interface InboxParts {
  agentId: string;
  api: Api;
  host: Host;
  chats: Chats;
  maxFileBytes: number;
  /** The bot's own account. */
  me(): Promise<User>;
  /** A message was stored, for the first time or again. */
  received(receipt: Receipt): void;
  /** Ends what is under way when the connector stops. */
  signal: AbortSignal;
}

/** Errors of the hub that say what the person can do better. */
const told = new Set(['text_too_long', 'text_empty', 'body_too_large']);

/** Longest text of the note that answers a press. */
const maxAnswer = 200;

export class Inbox {
  readonly #parts: InboxParts;
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
      const us = await this.#us(message_reaction.chat.id);
      for (const reaction of inboundReactions(message_reaction, us)) await this.#parts.host.react(reaction);
    }
  }

  /** The items of an album as one message. Those that come after it was stored are messages of their own. */
  readonly storeAlbum = async (items: Message[]): Promise<void> => {
    const receipt = await this.#store(items);
    if (!receipt?.duplicate) return;
    const stored = receipt.memory.source.metadata?.messageIds;
    const late = items.filter(({ message_id }) => Array.isArray(stored) && !stored.includes(message_id));
    for (const item of late) await this.#store([{ ...item, media_group_id: undefined }]);
  };

  async #message(message: Message): Promise<void> {
    const { chats, me } = this.#parts;
    const { chat, migrate_to_chat_id, migrate_from_chat_id, media_group_id } = message;
    if (migrate_to_chat_id !== undefined) return chats.moved(chat.id, migrate_to_chat_id);
    if (migrate_from_chat_id !== undefined) return chats.moved(migrate_from_chat_id, chat.id);
    if (media_group_id !== undefined) return this.#albums?.add(message);
    await this.#albums?.flush(chat.id);
    const command = commandOf(message, await me());
    if (command && isCommand(command.name)) await this.#command(message, command);
    else await this.#store([message]);
  }

  async #store(items: Message[]): Promise<Receipt | null> {
    const { api, host, maxFileBytes, me, signal } = this.#parts;
    const [first] = items;
    const normalized = first && normalizeMessage(items, await this.#us(first.chat.id));
    if (!first || !normalized) return null;
    const { message, files } = normalized;
    return this.#receive(message, first, async () => {
      if (first.media_group_id !== undefined) await noteCaptions(host.notes, items, await me());
      const { attachments, missing } = await fetchFiles(files, {
        api,
        host,
        of: message,
        maxFileBytes,
        signal,
      });
      return { ...message, text: [message.text, ...missing].filter(Boolean).join('\n'), attachments };
    });
  }

  async #receive(
    inbound: InboundMessage,
    message: Message,
    complete: () => Promise<InboundMessage>,
  ): Promise<Receipt | null> {
    const { host, received } = this.#parts;
    try {
      const receipt = await host.receive(inbound, { complete });
      if (receipt) received(receipt);
      return receipt;
    } catch (err) {
      if (!(err instanceof CarrierError) || err.retryable || err.code === 'agent_unknown') throw err;
      host.log.warn({ err }, 'a message was refused');
      if (told.has(err.code) && inbound.addressed) await this.#tell(message, err.message);
      return null;
    }
  }

  async #edit(message: Message): Promise<void> {
    const { host, agentId, me } = this.#parts;
    await this.#albums?.flush(message.chat.id);
    const edit = (messageId: string, text: string) => {
      const key: SourceKey = { agentId, connector: connectorName, tenant: 'default', messageId };
      return host.edit({ key, text, author: authorOf(message), roles: [] });
    };
    if (message.media_group_id !== undefined) {
      const text = await editedCaptions(host.notes, message, await me());
      if (text !== null) return void (await edit(messageIdOf(message), text));
    }
    const alone = { ...message, media_group_id: undefined };
    const normalized = normalizeMessage([alone], await this.#us(message.chat.id));
    // Of a message the hub does not have, an edit is not a new one.
    if (normalized) await edit(messageIdOf(alone), normalized.message.text);
  }

  async #command(message: Message, command: Command): Promise<void> {
    const { host } = this.#parts;
    const inbound = inboundCommand(message, command, await this.#us(message.chat.id));
    try {
      const answer = await host.command(asCommand(inbound));
      if (answer) await this.#tell(message, answer.text);
      // The gate may have more to say to a stranger who writes, a pairing code for one.
      else if (command.name === 'start') await this.#store([message]);
    } catch (err) {
      if (!(err instanceof CarrierError) || err.retryable) throw err;
      await this.#tell(message, err.message);
    }
  }

  async #press(query: Press): Promise<void> {
    const { api, host } = this.#parts;
    const press = query.message && inboundPress(query, await this.#us(query.message.chat.id));
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
    await this.#attempt(() => api.call('answerCallbackQuery', { callback_query_id: query.id, ...answer }));
    if (!taken || !query.message) return;
    const { chat, message_id } = query.message;
    // Its buttons have been used: each payload is taken once.
    await this.#attempt(() =>
      api.call('editMessageReplyMarkup', {
        chat_id: chat.id,
        message_id,
        reply_markup: { inline_keyboard: [] },
      }),
    );
  }

  /** A sentence from the hub itself, as an answer to the message. */
  async #tell(
    { chat, message_id, message_thread_id, is_topic_message }: Message,
    text: string,
  ): Promise<void> {
    await this.#attempt(() =>
      this.#parts.api.call('sendMessage', {
        chat_id: chat.id,
        text: text.slice(0, 4096),
        ...(is_topic_message && { message_thread_id }),
        reply_parameters: { message_id, allow_sending_without_reply: true },
      }),
    );
  }

  /** The update is taken either way: what only informs must not have it come again. */
  async #attempt(send: () => Promise<unknown>): Promise<void> {
    await send().catch((err) => this.#parts.host.log.warn({ err }, 'an answer could not be shown'));
  }

  async #us(chatId: number): Promise<Us> {
    const { agentId, chats, me } = this.#parts;
    const [bot, room] = await Promise.all([me(), chats.roomOf(chatId)]);
    return { agentId, bot, roomOf: (id) => (id === chatId ? room : id) };
  }
}
