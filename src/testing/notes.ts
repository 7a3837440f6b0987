import type { NoteStore } from '../store/note-store.js';

/** Notes in memory, whose time is over when `tick` says so. */
export class FakeNotes implements NoteStore {
  readonly held = new Map<string, { json: string; until: number }>();
  now = 0;

  async get(key: string): Promise<unknown> {
    const note = this.held.get(key);
    return note && note.until > this.now ? JSON.parse(note.json) : null;
  }

  async put(key: string, value: unknown, { ttlMs = Number.POSITIVE_INFINITY } = {}): Promise<void> {
    this.held.set(key, { json: JSON.stringify(value), until: this.now + ttlMs });
  }

  async take(key: string): Promise<unknown> {
    const value = this.get(key);
    this.held.delete(key);
    return value;
  }

  async list(prefix: string): Promise<{ key: string; value: unknown }[]> {
    const keys = [...this.held.keys()].filter((key) => key.startsWith(prefix));
    return Promise.all(keys.map(async (key) => ({ key, value: await this.get(key) })));
  }
}
