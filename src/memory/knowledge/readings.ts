/**
 * Reads documents that wait for it: durably, a few at a time, off the way of turns. A document belongs to whoever has
 * claimed it, for as long as that one goes on; who dies is followed by another, a few times.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Overrun } from '../../core/aside.js';
import { asCarrierError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { TypedRecords } from '../../store/record.js';
import type { Store } from '../../store/store.js';
import {
  type ChunkList,
  chunkListRecord,
  mostChunks,
  type Plan,
  type Planned,
  planned,
} from './chunk-list.js';
import { chunkMemory, notice } from './chunk-memory.js';
import type { ChunkText } from './chunks.js';
import { type Document, documentRecord, headsOf, pageOf } from './document.js';
import { type Documents, headMemory } from './documents.js';
import type { Read, Reading } from './reading.js';

/** Readings that may begin and not end. */
const mostTries = 3;
/** Whoever has claimed a document says so again within this, in ms. */
const leaseMs = 60_000;
const atOnce = 2;
const atOnceListed = 50;
/** Memories written at once. */
const batch = 50;
/** Between two looks at whether the message of a sent file is still there, in ms. */
const sentLookMs = 6 * 3_600_000;
const retryMs = 5_000;

export interface ReadingsParts {
  store: Pick<Store, 'records' | 'memories' | 'files'>;
  documents: Pick<Documents, 'remove' | 'sweep'>;
  read: Read;
  /** There are memories without vectors. */
  written(): void;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** Another one reads it, or it was removed or replaced meanwhile. */
class Lost extends Error {}

export class Readings {
  readonly #parts: ReadingsParts;
  readonly #records: TypedRecords<Document>;
  readonly #lists: TypedRecords<ChunkList>;
  /** Ids of those that are due, and of those that are being tended. */
  readonly #waiting: string[] = [];
  readonly #tended = new Set<string>();
  /** Until when those are left alone that could not be tended (Unix ms). */
  readonly #resting = new Map<string, number>();
  readonly #lines = new Set<Promise<void>>();
  #listing: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: ReadingsParts) {
    this.#parts = parts;
    this.#records = documentRecord.in(parts.store.records, parts.log);
    this.#lists = chunkListRecord.in(parts.store.records, parts.log);
  }

  /** Returns at once. */
  soon(): void {
    void this.look();
  }

  /** Until nothing waits. Never fails. */
  async look(signal?: AbortSignal): Promise<void> {
    // One that takes long holds up no other: there is a line for it, and one more.
    while (this.#lines.size < atOnce && !this.#stopped) {
      const line = this.#line(signal).finally(() => this.#lines.delete(line));
      this.#lines.add(line);
    }
    await Promise.all(this.#lines);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#lines);
  }

  async #line(signal?: AbortSignal): Promise<void> {
    const { now, log } = this.#parts;
    for (;;) {
      const id = await this.#next();
      if (id === undefined || this.#stopped || signal?.aborted) return;
      this.#tended.add(id);
      await this.#tend(id)
        .catch((err) => {
          this.#resting.set(id, now() + retryMs);
          log.warn({ err, document: id }, 'a document is looked at later');
        })
        .finally(() => this.#tended.delete(id));
    }
  }

  async #next(): Promise<string | undefined> {
    if (this.#waiting.length > 0) return this.#waiting.shift();
    this.#listing ??= this.#list().finally(() => {
      this.#listing = null;
    });
    await this.#listing;
    return this.#waiting.shift();
  }

  async #list(): Promise<void> {
    const { now, log } = this.#parts;
    const due = await this.#records.due(now(), atOnceListed).catch((err) => {
      log.warn({ err }, 'documents that wait cannot be listed; looking again later');
      return [];
    });
    for (const [id, until] of this.#resting) if (until <= now()) this.#resting.delete(id);
    const isFree = (id: string) => !this.#tended.has(id) && !this.#resting.has(id);
    this.#waiting.push(...due.map(({ id }) => id).filter(isFree));
  }

  async #tend(id: string): Promise<void> {
    const { documents, store, now } = this.#parts;
    const found = await this.#records.get(id);
    if (!found || (found.value.lookAt ?? Infinity) > now()) return;
    const { value, version } = found;
    if (value.state === 'removed') return documents.sweep(id);
    if (value.from !== undefined && !(await store.memories.get(value.from))) {
      await documents.remove(id);
      return;
    }
    if (value.state === 'waiting' || value.state === 'reading') return this.#claim(id, value, version);
    const { lookAt: _, ...rest } = value;
    const again = value.from === undefined ? {} : { lookAt: now() + sentLookMs };
    await this.#records.put(id, { ...rest, ...again }, version);
  }

  async #claim(id: string, value: Document, version: number): Promise<void> {
    const { now, log } = this.#parts;
    const tries = value.tries + 1;
    if (tries > mostTries) {
      const why = `It could not be read in ${mostTries} tries: each one ended in the middle. Give it in another format.`;
      const given = { ...value, state: 'reading' as const, claim: randomUUID(), lookAt: now() + leaseMs };
      if (await this.#records.put(id, given, version)) await this.#end(id, given, nothing(why));
      return;
    }
    const claim = randomUUID();
    const mine = { ...value, state: 'reading' as const, claim, tries, lookAt: now() + leaseMs };
    if (!(await this.#records.put(id, mine, version))) return;
    const held = setInterval(() => void this.#hold(id, claim).catch(() => {}), leaseMs / 4);
    try {
      await this.#read(id, mine);
    } catch (error) {
      if (error instanceof Lost) return;
      log.warn({ err: error, document: id, tries }, 'a document could not be read; it is tried again');
      const isStore = asCarrierError(error).code === 'store_unavailable';
      await this.#records.change(id, (value) =>
        value?.claim === claim
          ? { ...value, tries: isStore ? value.tries - 1 : value.tries, lookAt: now() + retryMs * tries }
          : undefined,
      );
    } finally {
      clearInterval(held);
    }
  }

  async #hold(id: string, claim: string): Promise<void> {
    const now = await this.#records.change(id, (value) =>
      value?.claim === claim && value.state === 'reading'
        ? { ...value, lookAt: this.#parts.now() + leaseMs }
        : undefined,
    );
    if (now?.claim !== claim || now.state !== 'reading') throw new Lost('another one reads it');
  }

  async #read(id: string, document: Document): Promise<void> {
    const { store, read } = this.#parts;
    // Whoever added it may have died before it was named.
    for (const head of headsOf(document))
      await store.memories.append(headMemory(id, document, head, document.agentId));
    const bytes = await store.files.get(document.file);
    if (!bytes) return this.#end(id, document, nothing('Its file is not kept any more.'));
    const { name, mediaType } = document;
    const reading = await read(bytes, { name, mediaType, fetched: pageOf(document) }).catch(
      (error): Reading => {
        if (error instanceof Overrun) return nothing('It takes too much time or memory to be read.');
        throw error;
      },
    );
    await this.#hold(id, document.claim!);
    await this.#end(id, document, reading);
  }

  /** Writes what was read beside what there was, puts it in its place, and takes away what is no more. */
  async #end(id: string, document: Document, reading: Reading): Promise<void> {
    const { written, now } = this.#parts;
    const { chunks, pages, problems } = fitted(reading);
    const isRead = chunks.length > 0;
    if (!isRead && (await this.#isKnown(id, document))) return this.#keep(id, document, problems);
    // Of a page that says nothing there is nothing to know.
    const tells = problems.length > 0 && (isRead || pageOf(document) === undefined);
    const all = tells ? [...chunks, notice(document.name, isRead, problems)] : chunks;
    const { missing, whole } = await this.#plan(id, all, document);
    for (let at = 0; at < missing.length; at += batch) {
      await this.#write(id, document, missing.slice(at, at + batch));
      await setImmediate();
    }
    const live = new Set(whole.map(([chunk]) => chunk));
    await this.#lists.change(id, (value) => {
      const before = [...(value?.live ?? []), ...(value?.begun ?? [])];
      return { live: whole, begun: before.filter(([chunk]) => !live.has(chunk)) };
    });
    const isMine = (value: Document) =>
      value.claim === document.claim && value.version === document.version && value.state === 'reading';
    let ended = false;
    const left = await this.#records.change(id, (value) => {
      ended = value !== null && isMine(value);
      if (!value || !ended) return undefined;
      const { claim: _, pages: __, lookAt: ___, ...rest } = value;
      return {
        ...rest,
        ...{ state: isRead ? 'ready' : 'failed', problems, chunks: chunks.length, tries: 0 },
        ...(pages !== undefined && { pages }),
        ...{ readAt: now(), heads: headsOf(value) },
        ...(value.from !== undefined && { lookAt: now() + sentLookMs }),
      };
    });
    if (left?.state === 'removed') await this.#parts.documents.sweep(id);
    if (!ended) throw new Lost('it was removed or replaced meanwhile');
    const kept = new Set(headsOf(document));
    const { begun = [] } = (await this.#lists.get(id))?.value ?? {};
    await this.#forget([
      ...begun.map(([chunk]) => chunk),
      ...document.heads.filter((head) => !kept.has(head)),
    ]);
    await this.#lists.change(id, (value) => (value ? { live: value.live, begun: [] } : undefined));
    if (missing.length > 0) written();
  }

  /** Whether an earlier version was read, for those who may read this one. */
  async #isKnown(id: string, { chunks, scope }: Document): Promise<boolean> {
    if (chunks === 0) return false;
    const [first] = (await this.#lists.get(id))?.value.live ?? [];
    return first !== undefined && (await this.#parts.store.memories.get(first[0]))?.scope === scope;
  }

  /** Answers go on coming from the earlier version, and say so. */
  async #keep(id: string, { claim }: Document, problems: string[]): Promise<void> {
    await this.#records.change(id, (value) => {
      if (!value || value.claim !== claim || value.state !== 'reading') return undefined;
      const { claim: _, lookAt: __, ...rest } = value;
      const again = value.from === undefined ? {} : { lookAt: this.#parts.now() + sentLookMs };
      return { ...rest, ...again, state: 'ready', problems: [...problems, keptVersion], tries: 0 };
    });
  }

  async #plan(id: string, chunks: ChunkText[], { scope }: Document): Promise<Plan> {
    let plan: Plan | undefined;
    await this.#lists.change(id, (value) => {
      plan = planned(chunks, scope, value);
      return plan.list;
    });
    return plan!;
  }

  async #write(id: string, document: Document, some: Planned[]): Promise<void> {
    const { store } = this.#parts;
    await Promise.all(some.map((one) => store.memories.append(chunkMemory(id, document, one))));
    try {
      await this.#hold(id, document.claim!);
    } catch (error) {
      // What was written after it was removed, whoever removed it could not see.
      const live = new Set((await this.#lists.get(id))?.value.live.map(([chunk]) => chunk));
      await this.#forget(some.map((one) => one.id).filter((chunk) => !live.has(chunk)));
      throw error;
    }
  }

  async #forget(ids: string[]): Promise<void> {
    const { memories } = this.#parts.store;
    for (let at = 0; at < ids.length; at += batch) await memories.forget(ids.slice(at, at + batch));
  }
}

const keptVersion = 'This version could not be read: answers come from the one before.';

function nothing(problem: string): Reading {
  return { chunks: [], problems: [problem] };
}

function fitted({ chunks, pages, problems }: Reading): Reading {
  if (chunks.length <= mostChunks) return { chunks, pages, problems };
  const cut = `It is too long: the first ${mostChunks} of its ${chunks.length} pieces are known. Split it.`;
  return { chunks: chunks.slice(0, mostChunks), pages, problems: [...problems, cut] };
}
