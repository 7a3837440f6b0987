/** What the hub itself told a visitor: answers of commands, notices. It is in no history, so it is kept here for a while. */
import { z } from 'zod';
import type { Attachment, Memory, Notes } from '../../src/extension-api.js';

const keptMs = 24 * 60 * 60 * 1000;
const most = 20;

/** Its bytes are the hub's, and last as long as it keeps them: of an export, an hour. */
const File = z.object({ name: z.string(), mediaType: z.string(), size: z.number(), file: z.string() });

const Told = z.object({
  id: z.string(),
  text: z.string(),
  createdAt: z.number(),
  files: z.array(File).optional(),
});
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
    const files = content.attachments.map(({ name, mediaType, size, file }) => ({
      name,
      mediaType,
      size,
      file,
    }));
    const notice = { id, text: content.text, createdAt, ...(files.length > 0 && { files }) };
    const told = [...others, notice].slice(-most);
    const user = channel.slice(channel.indexOf(':') + 1) || author.id;
    await this.#notes.put(keyOf(channel), { user, told }, { ttlMs: keptMs });
  }

  /** What a notice of that id has with it. */
  async filesOf(channel: string, id: string): Promise<Attachment[]> {
    return (await this.of(channel)).find((one) => one.id === id)?.files ?? [];
  }

  /** The oldest first. */
  async of(channel: string): Promise<Told[]> {
    return Kept.safeParse(await this.#notes.get(keyOf(channel))).data?.told ?? [];
  }
}

function keyOf(channel: string): string {
  return `notices ${channel}`;
}
