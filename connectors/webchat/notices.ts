/** What the hub itself told a visitor: answers of commands, notices. It is in no history, so it is kept here for a while. */
import { z } from 'zod';
import type { Memory, Notes } from '../../src/extension-api.js';

const keptMs = 24 * 60 * 60 * 1000;
const most = 20;

const Told = z.object({ id: z.string(), text: z.string(), createdAt: z.number() });
export type Told = z.infer<typeof Told>;

/** `user` says whose it is, for erasures. */
const Kept = z.object({ user: z.string(), told: z.array(Told) });

export class Notices {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Deliveries of one room come one after the other. */
  async keep(channel: string, { id, author, content, createdAt, asker: _ }: Memory): Promise<void> {
    const there = await this.of(channel);
    const others = there.filter((one) => one.id !== id);
    const told = [...others, { id, text: content.text, createdAt }].slice(-most);
    const user = channel.slice(channel.indexOf(':') + 1) || author.id;
    await this.#notes.put(keyOf(channel), { user, told }, { ttlMs: keptMs });
  }

  /** The oldest first. */
  async of(channel: string): Promise<Told[]> {
    return Kept.safeParse(await this.#notes.get(keyOf(channel))).data?.told ?? [];
  }
}

function keyOf(channel: string): string {
  return `notices ${channel}`;
}
