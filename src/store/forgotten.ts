import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Memory, SourceKey } from '../core/memory.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from './note.js';
import type { NoteStore } from './note-store.js';

/** Nobody sends a message again that is older, in ms. */
const sentAgainMs = 7 * 24 * 60 * 60 * 1000;
const keptMs = 30 * 24 * 60 * 60 * 1000;
/** Written at once. */
const batch = 100;

const goneNote = defineNote({ key: (hash: string) => `gone:${hash}`, schema: z.literal(true) });

/** What the hub forgets, forgotten for good: a platform may send a message again whose key went with it. */
export class Forgotten {
  readonly #notes: TypedNotes<string, true>;
  readonly #makeKey: () => Uint8Array;
  readonly #alone: boolean;
  #key: Uint8Array | undefined;
  /** Whether anything was, as far as is known here. */
  #any: boolean | undefined;
  readonly #listeners: ((memories: readonly Memory[]) => Promise<void>)[] = [];

  /**
   * @param key the same in all processes of a hub; what is kept tells nobody without it which messages there were
   * @param options `alone`: no other process forgets, so nothing need be asked as long as nothing was forgotten
   */
  constructor(notes: NoteStore, key: () => Uint8Array, { alone, log }: { alone: boolean; log: Logger }) {
    this.#notes = goneNote.in(notes, log);
    this.#makeKey = key;
    this.#alone = alone;
  }

  /** Told before they are forgotten, and waited for. */
  onNote(listener: (memories: readonly Memory[]) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** Call it before they are forgotten: what is cut off in between is forgotten again, and nothing comes back. */
  async note(memories: readonly Memory[]): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener(memories)));
    const since = Date.now() - sentAgainMs;
    const said = memories.filter(({ role, createdAt }) => role === 'user' && createdAt > since);
    if (said.length > 0) this.#any = true;
    for (let at = 0; at < said.length; at += batch) {
      const put = ({ agentId, source }: Memory) =>
        this.#notes.put(this.#hash({ ...source, agentId }), true, { ttlMs: keptMs });
      await Promise.all(said.slice(at, at + batch).map(put));
    }
  }

  /** Whether this message was forgotten. */
  async has(key: SourceKey): Promise<boolean> {
    if (this.#alone) this.#any ??= (await this.#notes.list('', 1)).length > 0;
    if (this.#alone && !this.#any) return false;
    return (await this.#notes.get(this.#hash(key))) === true;
  }

  /** Of a word that nobody is to read. */
  keyOf(word: string): string {
    return this.#keyed(['word', word]).slice(0, 22);
  }

  #hash({ agentId, connector, tenant, messageId }: SourceKey): string {
    return this.#keyed([agentId, connector, tenant, messageId]);
  }

  #keyed(parts: string[]): string {
    this.#key ??= this.#makeKey();
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url');
  }
}
