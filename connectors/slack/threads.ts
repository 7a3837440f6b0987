/** Which threads were read, and where a person last spoke to the agent. */
import type { Notes } from '../../src/extension-api.js';

const keptMs = 30 * 86_400_000;

export class Threads {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Whether it was read what was said in a thread before the agent was named there. */
  async isRead(teamId: string, channel: string, thread: string): Promise<boolean> {
    const place = `${teamId}:${channel}:${thread}`;
    if ((await this.#notes.get(`read:${place}`)) === true) return true;
    // As earlier versions noted where the agent had spoken.
    return (await this.#notes.get(`thread:${place}`)) === true;
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
