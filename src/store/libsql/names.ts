/** The numbers of rooms and scopes: their names are long, and stand in several indexes of every memory. */
import { LRUCache } from 'lru-cache';
import type { Database } from './database.js';

export class Names {
  readonly #rooms = new LRUCache<string, number>({ max: 10_000 });
  readonly #scopes = new LRUCache<string, number>({ max: 10_000 });
  readonly #findRoom;
  readonly #addRoom;
  readonly #findScope;
  readonly #addScope;

  constructor(db: Database) {
    this.#findRoom = db.prepare('select id from rooms where name = ?');
    this.#addRoom = db.prepare('insert into rooms (name) values (?)');
    this.#findScope = db.prepare('select id from scopes where agent = ? and name = ?');
    this.#addScope = db.prepare('insert into scopes (agent, name) values (?, ?)');
  }

  /** Undefined for a room nothing was ever stored in. */
  room(name: string): number | undefined {
    const known = this.#rooms.get(name) ?? this.#findRoom.value<number>(name) ?? undefined;
    if (known !== undefined) this.#rooms.set(name, known);
    return known;
  }

  roomOrNew(name: string): number {
    const known = this.room(name);
    if (known !== undefined) return known;
    const { seq } = this.#addRoom.run(name);
    this.#rooms.set(name, seq);
    return seq;
  }

  /** Undefined for a scope nothing was ever stored in. */
  scope(agent: string, name: string): number | undefined {
    const key = JSON.stringify([agent, name]);
    const known = this.#scopes.get(key) ?? this.#findScope.value<number>(agent, name) ?? undefined;
    if (known !== undefined) this.#scopes.set(key, known);
    return known;
  }

  scopeOrNew(agent: string, name: string): number {
    const known = this.scope(agent, name);
    if (known !== undefined) return known;
    const { seq } = this.#addScope.run(agent, name);
    this.#scopes.set(JSON.stringify([agent, name]), seq);
    return seq;
  }

  /** Call it when a transaction is rolled back: names given in it are void. */
  reset(): void {
    this.#rooms.clear();
    this.#scopes.clear();
  }
}
