/** A group that becomes a supergroup gets a new id: its room stays the one it was, and old addresses lead to the new. */
import { LRUCache } from 'lru-cache';
import type { Notes } from '../../src/extension-api.js';
import type { Message, Press } from './payload.js';

/** Longer than anything is asked for, in ms. */
const pressableMs = 90 * 86_400_000;

export class Chats {
  readonly #notes: Notes;
  readonly #known = new LRUCache<string, number>({ max: 10_000, ttl: 600_000 });
  /** What topics are called. */
  readonly #topics = new LRUCache<string, string>({ max: 10_000 });

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  async moved(from: number, to: number): Promise<void> {
    if (from === to || (await this.addressOf(from)) === to) return;
    const room = await this.roomOf(from);
    await this.#notes.put(`room:${to}`, room);
    await this.#notes.put(`address:${from}`, to);
    this.#known.set(`room:${to}`, room);
    this.#known.set(`address:${from}`, to);
  }

  /** The id the conversation began under. */
  roomOf(chatId: number): Promise<number> {
    return this.#look('room', chatId);
  }

  /** Where to send what was meant for this chat. */
  addressOf(chatId: number): Promise<number> {
    return this.#look('address', chatId);
  }

  /** Telegram names a topic in what opens or renames it, and in what answers none of its messages. */
  hearTopic(message: Message): void {
    const { forum_topic_created, forum_topic_edited, reply_to_message } = message;
    const name = (forum_topic_edited ?? forum_topic_created ?? reply_to_message?.forum_topic_created)?.name;
    const renamed = forum_topic_edited !== undefined;
    const key = topicKey(message);
    // What opened a topic has the name of then.
    if (key && name && (renamed || !this.#topics.has(key))) this.#topics.set(key, name);
  }

  /** Undefined: it stands in none, or its name is not known. */
  topicOf(message: Message): string | undefined {
    const key = topicKey(message);
    return key ? this.#topics.get(key) : undefined;
  }

  /** Messages of ours, with buttons, stand in this topic: of one that is old, Telegram does not say so with a press. */
  async noteTopic(messageIds: string[], topic: string): Promise<void> {
    for (const id of messageIds) await this.#notes.put(`topic:${id}`, topic, { ttlMs: pressableMs });
  }

  /** A press as it would be told of a message that is new. */
  async withTopic<P extends Press>(press: P): Promise<P> {
    const { message } = press;
    if (!message || message.date || message.is_topic_message) return press;
    const topic = await this.#notes.get(`topic:${message.chat.id}:${message.message_id}`);
    if (typeof topic !== 'string') return press;
    return { ...press, message: { ...message, is_topic_message: true, message_thread_id: Number(topic) } };
  }

  async #look(what: 'room' | 'address', chatId: number): Promise<number> {
    // Only groups move.
    if (chatId > 0) return chatId;
    const key = `${what}:${chatId}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const noted = await this.#notes.get(key);
    const found = typeof noted === 'number' ? noted : chatId;
    this.#known.set(key, found);
    return found;
  }
}

function topicKey({ chat, is_topic_message, message_thread_id }: Message): string | null {
  return is_topic_message && message_thread_id !== undefined ? `${chat.id}:${message_thread_id}` : null;
}
