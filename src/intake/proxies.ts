import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { derivedId } from '../core/ids.js';
import { type Memory, roomIdOf, type SourceKey } from '../core/memory.js';
import { turnIdOf } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { Appended, History } from '../store/history.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Checked } from './gate.js';

/** A copy comes within this time after its original, or the original's deletion, in ms. */
const apartMs = 30_000;
const lookedAt = 10;
/** How long a copy is known as one, in ms; as long as replies are. */
const knownMs = 30 * 24 * 60 * 60 * 1000;
/** Of all rooms, in UTF-16 units; a message counts as a thousand besides its text. */
const mostTaken = 4_000_000;
/** Tags around a person's words, in UTF-16 units. */
const mostTagged = 100;

const keyIn = (kind: string) => {
  return ({ agentId, connector, tenant, messageId }: SourceKey) =>
    `${kind}:${derivedId(kind, agentId, connector, tenant, messageId)}`;
};
/** Of a copy: the id of the memory it stands for. */
const copyNote = defineNote({ key: keyIn('copy'), schema: z.string() });
/** Of an original: it has a copy, which stands when the original is taken away. */
const copiedNote = defineNote({ key: keyIn('copied'), schema: z.literal(true) });

export interface ProxiesParts {
  memories: History;
  turns: TurnStore;
  notes: NoteStore;
  log: Logger;
}

/**
 * Copies that a webhook makes of people's messages, whose originals it takes away, in whichever order. A copy is no
 * message of its own: it stands for what the person said, which passed the gate, is stored and is answered once. What
 * repeats nobody's message is not taken.
 */
export class Proxies {
  readonly #parts: Omit<ProxiesParts, 'notes'>;
  readonly #copies: TypedNotes<SourceKey, string>;
  readonly #copied: TypedNotes<SourceKey, true>;
  /** Originals that were taken away a moment ago, by their rooms. */
  readonly #taken = new LRUCache<string, Memory[]>({
    maxSize: mostTaken,
    ttl: apartMs,
    sizeCalculation: (memories) =>
      memories.reduce((sum, { content }) => sum + 1000 + content.text.length, 1000),
  });

  constructor({ notes, ...parts }: ProxiesParts) {
    this.#parts = parts;
    this.#copies = copyNote.in(notes, parts.log);
    this.#copied = copiedNote.in(notes, parts.log);
  }

  /** What the copy stands for, as it is stored now; null: for nothing that is known here. */
  async take(copy: Checked): Promise<Appended | null> {
    const { agentId, source } = copy;
    const key = { ...source, agentId };
    const known = (await this.of(key)) ?? (await this.#parts.memories.find(key));
    if (known) return { memory: known, duplicate: true };
    const roomId = roomIdOf(agentId, source);
    const { items } = await this.#parts.memories.history(roomId, { limit: lookedAt, order: 'newest' });
    const original = items.find((memory) => isCopied(memory, copy));
    if (original) {
      await this.#copies.put(key, original.id, { ttlMs: knownMs });
      await this.#copied.put({ ...original.source, agentId }, true, { ttlMs: apartMs });
      return { memory: original, duplicate: true };
    }
    const taken = this.#taken.get(roomId) ?? [];
    const gone = taken.find((memory) => isCopied(memory, copy));
    if (!gone) return null;
    this.#taken.set(
      roomId,
      taken.filter((memory) => memory !== gone),
    );
    return this.#restored({ ...gone, source: { ...gone.source, messageId: source.messageId } });
  }

  /** The memory that a copy stands for; null: it is no copy. */
  async of(key: SourceKey): Promise<Memory | null> {
    const id = await this.#copies.get(key);
    return id === null ? null : this.#parts.memories.get(id);
  }

  /** Whether a message that is taken away has got a copy a moment ago, and so stays. */
  async stays(key: SourceKey): Promise<boolean> {
    return (await this.#copied.get(key)) === true;
  }

  /** It was taken away by nobody knows whom: its copy may come yet. */
  gone(memory: Memory): void {
    if (memory.role !== 'user' || memory.author.bot) return;
    this.#taken.set(memory.roomId, [...(this.#taken.get(memory.roomId) ?? []), memory].slice(-lookedAt));
  }

  /**
   * Under its own id, so that a turn that has begun with it is its turn still.
   * @throws what the store throws: the copy comes again then.
   */
  async #restored(memory: Memory): Promise<Appended> {
    const { memories, turns } = this.#parts;
    const waits = memory.status === 'pending';
    const turnId = waits ? turnIdOf(memory) : memory.turnId;
    const answered = { ...memory, status: 'handled' as const, turnId };
    const isOver = async () => waits && (await turns.get(turnId!)) !== null;
    const appended = await memories.append((await isOver()) ? answered : memory);
    if (appended.memory.status !== 'pending' || !(await isOver())) return appended;
    // Its turn was over in between.
    if ((await memories.get(memory.id))?.status !== 'pending') return appended;
    await memories.forget([memory.id]);
    return memories.append(answered);
  }
}

/** The tags that say whose a message is are not copied; its words are. */
function isCopied({ role, author, content, source, createdAt }: Memory, copy: Checked): boolean {
  if (role !== 'user' || author.bot || source.messageId === copy.source.messageId) return false;
  if (Date.now() - createdAt > apartMs) return false;
  const words = copy.text.trim();
  if (words !== '') return content.text.includes(words) && content.text.length - words.length <= mostTagged;
  return content.attachments.length > 0 && copy.files.length + copy.attachments.length > 0;
}
