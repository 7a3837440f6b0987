/** In which threads the agent has spoken, and where a person last spoke to it. */
import { LRUCache } from 'lru-cache';
import type { Notes } from '../../src/extension-api.js';

const keptMs = 30 * 86_400_000;

export class Threads {
  readonly #notes: Notes;
  /** What is noted already; the notes know more, from other processes and times. */
  readonly #known = new LRUCache<string, true>({ max: 10_000 });

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  async spokeIn(teamId: string, channel: string, thread: string): Promise<void> {
    const key = `thread:${teamId}:${channel}:${thread}`;
    if (this.#known.has(key)) return;
    await this.#notes.put(key, true, { ttlMs: keptMs });
    this.#known.set(key, true);
  }

  async hasSpokenIn(teamId: string, channel: string, thread: string): Promise<boolean> {
    const key = `thread:${teamId}:${channel}:${thread}`;
    if (this.#known.has(key)) return true;
    const spoken = (await this.#notes.get(key)) === true;
    if (spoken) this.#known.set(key, true);
    return spoken;
  }

  /** Whether it was read what was said in a thread before the agent was named there. */
  async isRead(teamId: string, channel: string, thread: string): Promise<boolean> {
    return (await this.#notes.get(`read:${teamId}:${channel}:${thread}`)) === true;
  }

  async read(teamId: string, channel: string, thread: string): Promise<void> {
    await this.#notes.put(`read:${teamId}:${channel}:${thread}`, true, { ttlMs: keptMs });
  }

  /** Slack has no slash commands within threads: a command is meant for where its sender last spoke to the agent. */
  async addressedIn(teamId: string, channel: string, user: string, thread: string): Promise<void> {
    await this.#notes.put(`latest:${teamId}:${channel}:${user}`, thread, { ttlMs: keptMs });
  }

  async latestOf(teamId: string, channel: string, user: string): Promise<string | undefined> {
    const thread = await this.#notes.get(`latest:${teamId}:${channel}:${user}`);
    return typeof thread === 'string' ? thread : undefined;
  }
}
