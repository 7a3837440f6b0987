import { z } from 'zod';
import type { Notes } from '../connector.js';
import { untilDone } from './waiting.js';

/** How far one reply has been sent. */
export interface Sent<Plan> {
  /** When it was first noted, Unix ms. */
  at: number;
  /** What later tries must know to make the same parts again. */
  plan: Plan;
  /** The platform's ids of the parts; null: not known to have been sent; empty: sent, and it has no id. */
  ids: (string | null)[];
}

/** Which reply, and how its parts are noted. */
export interface SentPartsOptions<Plan> {
  notes: Notes;
  outboundId: string;
  /** Small, and JSON; that of the first noted try counts. */
  plan: Plan;
  /** Notes the try before anything is sent, so that the next can look for what went out without being noted. */
  announce?: boolean;
  /** How it is written down, where older versions wrote it otherwise. `read` gives null for what it cannot read. */
  codec?: { read(noted: unknown): Sent<Plan> | null; write(sent: Sent<Plan>): unknown };
}

/** Longer than any delivery is tried for, in ms. */
const keptMs = 7 * 86_400_000;

const Shape = z.object({ at: z.number(), plan: z.unknown(), ids: z.array(z.string().nullable()) });

/**
 * Which parts of a reply have reached the platform: durable, so that a delivery that is tried again, by whatever
 * process, goes on where the last one stopped. A part that was sent by a process that died before it could note it is
 * sent again, unless the platform takes a nonce, or can be searched (`announce`).
 */
export class SentParts<Plan = null> {
  /** An earlier try has noted something. */
  readonly resumed: boolean;
  readonly #options: SentPartsOptions<Plan>;
  readonly #sent: Sent<Plan>;

  private constructor(options: SentPartsOptions<Plan>, noted: Sent<Plan> | null) {
    this.#options = options;
    this.resumed = noted !== null;
    this.#sent = noted ?? { at: Date.now(), plan: options.plan, ids: [] };
  }

  /** @throws what the notes throw. */
  static async open<Plan>(options: SentPartsOptions<Plan>): Promise<SentParts<Plan>> {
    const { notes, codec } = options;
    const noted = await notes.get(keyOf(options));
    const read = codec ?? { read: (value) => (Shape.safeParse(value).data ?? null) as Sent<Plan> | null };
    const parts = new SentParts(options, noted === null ? null : read.read(noted));
    if (options.announce && !parts.resumed) await parts.#keep();
    return parts;
  }

  get at(): number {
    return this.#sent.at;
  }

  /** Of the first try. */
  get plan(): Plan {
    return this.#sent.plan;
  }

  /** The platform's ids of what was sent, first to last. */
  get ids(): string[] {
    return this.#sent.ids.filter((id) => id !== null && id !== '') as string[];
  }

  has(index: number): boolean {
    return typeof this.#sent.ids[index] === 'string';
  }

  /** A part was sent; durable when it resolves. @throws what the notes throw, after some tries. */
  async mark(index: number, id: string): Promise<void> {
    while (this.#sent.ids.length <= index) this.#sent.ids.push(null);
    this.#sent.ids[index] = id;
    await this.#keep();
  }

  /**
   * Sends what has not been sent, one part after another, and marks each.
   * @param parts one function for each, in the same order in every try; it gives the platform's id.
   * @returns all ids, as `messageIds` of a receipt. @throws what a part throws, and the signal's reason.
   */
  async send(parts: (() => Promise<string>)[], signal: AbortSignal): Promise<string[]> {
    for (const [index, part] of parts.entries()) {
      if (this.has(index)) continue;
      signal.throwIfAborted();
      await this.mark(index, await part());
    }
    return this.ids;
  }

  /** Tried harder than most: the part is out, and without its mark it goes out again. */
  async #keep(): Promise<void> {
    const { notes, codec } = this.#options;
    const noted = codec ? codec.write(this.#sent) : this.#sent;
    await untilDone(() => notes.put(keyOf(this.#options), noted, { ttlMs: keptMs }), { most: 3 });
  }
}

/** Whether some part of a reply has been sent, however its connector writes that down. @throws what the notes throw. */
export async function anySent(notes: Pick<Notes, 'get'>, outboundId: string): Promise<boolean> {
  const noted = await notes.get(keyOf({ outboundId }));
  const lists = Array.isArray(noted) ? [noted] : Object.values(noted ?? {}).filter(Array.isArray);
  return lists.some((ids) => ids.some((id) => typeof id === 'string'));
}

function keyOf({ outboundId }: { outboundId: string }): string {
  return `sent:${outboundId}`;
}
