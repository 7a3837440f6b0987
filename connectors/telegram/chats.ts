/** A group that becomes a supergroup gets a new id: its room stays the one it was, and old addresses lead to the new. */
import { LRUCache } from 'lru-cache';
import type { Notes } from '../../src/extension-api.js';

export class Chats {
  readonly #notes: Notes;
  readonly #known = new LRUCache<string, number>({ max: 10_000, ttl: 600_000 });

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
