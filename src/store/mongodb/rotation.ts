/**
 * What is in the clear or under an earlier key is sealed under the current one, in the background, in batches, while the
 * hub serves. Documents say under which keys they are, so a run goes on wherever another one ended, and several may be at
 * work at once: a document that somebody changes meanwhile is left as it is, and its turn comes again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document, Filter } from 'mongodb';
import { indexedText } from '../../core/indexed-text.js';
import type { KeyRing } from '../../encryption/key-ring.js';
import type { Logger } from '../../logger.js';
import type { Encryption, EncryptionState } from '../encryption.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryOf, settled } from './documents.js';
import { type EncryptionHead, heads, inUseOf, keepCurrentAlone, makeCurrent } from './encryption-head.js';
import { changed, type SealedName, sealedNames } from './sealed-fields.js';
import { isNothing, type Keyed, type Sealing } from './sealing.js';
import { termsOf, wordsVersion } from './terms.js';

/** Documents at once; of files, whose parts have 4 MB, fewer. */
const batch = 100;
const fewFiles = 2;
/** Between two batches, so that turns have the server for themselves most of the time. */
const pauseMs = 50;
/** Before another look where something could not be sealed yet, and where all is. */
const againMs = 2_000;
const restMs = 600_000;
/** Where updates are not atomic, what a turn or a delivery may work on is left to it for so long. */
const busyMs = 3_600_000;

type Stored = Document & Keyed & { _id: string };

export interface EncryptionParts {
  connection: Connection;
  ring: KeyRing;
  sealing: Sealing;
  log: Logger;
  /** Whether the server may lose one of two changes of a document that come at once. */
  careful: boolean;
  /** Within which every process looks which keys are in use. */
  watchMs: number;
}

export class Rotation implements Encryption {
  readonly #parts: EncryptionParts;
  readonly #ending = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  /** Why a document that was met cannot be opened. */
  #unreadable: string | null = null;
  /** Why the last run failed. */
  #problem: string | null = null;

  constructor(parts: EncryptionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** As in `Encryption`; what is counted are documents. */
  async status(): Promise<EncryptionState> {
    const { ring, sealing } = this.#parts;
    const [head, counts] = [await this.#head(), await this.#counts()];
    const current = head?.current ?? sealing.current;
    const under = [...counts].map(([key, amount]) => ({ key, amount }));
    // Nothing of it was seen, but data may come from a hub that goes on with it for a moment.
    for (const { id } of head?.keys ?? []) if (!counts.has(id)) under.push({ key: id, amount: 0 });
    const total = under.reduce((sum, { amount }) => sum + amount, 0);
    const isDone = head?.keys.length === 1 && !head.clear && under.every(({ key }) => key === current);
    const state = isDone ? 'done' : this.#problem === null ? 'running' : 'failed';
    return {
      ...{ current, keys: ring.ids(), unit: 'values', under },
      rotation: { state, done: counts.get(current) ?? 0, total, problem: this.#problem },
    };
  }

  /** Also takes the ring's first key as the current one, where another hub began with another. */
  async rotate(): Promise<EncryptionState> {
    const { connection, ring, sealing, watchMs } = this.#parts;
    const head = await this.#head();
    if (head && head.current !== ring.current.id) {
      await makeCurrent(connection, ring, head, Date.now() + 2 * watchMs);
      sealing.adopt(inUseOf((await this.#head())!));
    }
    this.#wake.abort();
    return this.status();
  }

  /** Documents by key; null: in the clear. */
  async #counts(): Promise<Map<string | null, number>> {
    const counts = new Map<string | null, number>();
    const stages = [{ $group: { _id: '$key', count: { $sum: 1 } } }];
    for (const name of sealedNames) {
      const rows = await this.#parts.connection.slowly((db) =>
        db.collection(name).aggregate<{ _id: string | null; count: number }>(stages).toArray(),
      );
      for (const { _id, count } of rows) counts.set(_id, (counts.get(_id) ?? 0) + count);
    }
    return counts;
  }

  async #run(): Promise<void> {
    const { log, watchMs } = this.#parts;
    const { signal } = this.#ending;
    for (let pause = Math.min(againMs, watchMs); ; ) {
      const either = AbortSignal.any([signal, this.#wake.signal]);
      await sleep(pause, undefined, { signal: either, ref: false }).catch(() => {});
      if (signal.aborted) return;
      this.#wake = new AbortController();
      try {
        pause = (await this.#rotateAll()) ? restMs : Math.min(againMs, watchMs);
        this.#problem = this.#unreadable;
      } catch (err) {
        if (signal.aborted) return;
        log.warn({ err }, 'data under earlier keys is not sealed anew now');
        this.#problem = err instanceof Error ? err.message : String(err);
        pause = 10 * againMs;
      }
    }
  }

  /** False: something is left, or may come from a process that has not seen the current key. */
  async #rotateAll(): Promise<boolean> {
    const { connection, sealing, ring, log, watchMs } = this.#parts;
    const head = await this.#head();
    if (!head || Date.now() < head.since) return false;
    sealing.adopt(inUseOf(head));
    const others = ring.ids().filter((id) => id !== head.current);
    let done = 0;
    for (const name of sealedNames) {
      for (const key of [null, ...others]) done += await this.#rotate(name, { key } as Filter<Stored>);
      for (const keys of others) done += await this.#rotate(name, { keys });
    }
    if (done > 0) log.info({ key: head.current, documents: done }, 'sealed under the current key');
    if (this.#ending.signal.aborted || (await this.#isLeft(others))) return false;
    if (head.keys.length === 1 && !head.clear) return true;
    // Who has not looked since may still write under the key before.
    if (done > 0 || Date.now() < head.since + 2 * watchMs) return false;
    await keepCurrentAlone(connection, head);
    sealing.adopt({ current: head.current, ids: [head.current], clear: false });
    log.info({ key: head.current }, 'all data is under the current key');
    return true;
  }

  /** Gives back how many it has sealed. */
  async #rotate(name: SealedName, under: Filter<Stored>): Promise<number> {
    const { connection, careful } = this.#parts;
    const free = careful && name === 'memories' ? [isFree()] : [];
    const limit = name === 'chunks' || name === 'files' ? fewFiles : batch;
    let done = 0;
    for (let after = ''; !this.#ending.signal.aborted; await sleep(pauseMs)) {
      const found = await connection.find(
        connection.raw<Stored>(name),
        { $and: [{ ...under, _id: { $gt: after } }, ...free] },
        { sort: { _id: 1 }, limit, projection: { vectors: 0, terms: 0 } },
      );
      const last = found.at(-1);
      if (!last) break;
      after = last._id;
      const renewals = found.flatMap((one) => this.#renewalOf(name, one) ?? []);
      if (renewals.length === 0) continue;
      const { matchedCount } = await connection.repeatable(() =>
        connection.raw<Document>(name).bulkWrite(renewals as never, { ordered: false }),
      );
      done += matchedCount;
      if (found.length < limit) break;
    }
    return done;
  }

  /** Only where all of it is still as it was read. Null: it cannot be opened. */
  #renewalOf(name: SealedName, stored: Stored): Document | null {
    const { sealing, log } = this.#parts;
    try {
      const opened = sealing.open(name, stored);
      const before = valuesOf(name, stored);
      const after = valuesOf(name, sealing.document(name, opened));
      const { _id, key = null, agentId, roomId } = stored;
      // What is in the clear is compared as it is, but for the bytes of a file, which never change.
      const asRead = name === 'chunks' || name === 'files' ? {} : before;
      const place = name === 'memories' || name === 'archive' ? { agentId, roomId } : {};
      const words = name === 'memories' ? this.#wordsOf(opened as unknown as MemoryDocument) : {};
      const $set = { ...after, key: sealing.current, ...words };
      return {
        updateOne: { filter: { _id, ...place, key, ...asRead }, update: { $set, $unset: { keys: '' } } },
      };
    } catch (err) {
      // Told once: it is met again and again.
      if (this.#unreadable === null) log.error({ err, collection: name }, 'a document cannot be sealed anew');
      this.#unreadable = (err as Error).message;
      return null;
    }
  }

  #wordsOf(document: MemoryDocument): Document {
    if (document.kind === 'turn' || !document.content) return {};
    const memory = memoryOf(document);
    if (indexedText(memory) === '') return {};
    return { terms: this.#parts.sealing.tokens(termsOf(memory)), 'has.terms': wordsVersion, embeds: true };
  }

  async #isLeft(others: string[]): Promise<boolean> {
    const { connection, sealing } = this.#parts;
    for (const name of sealedNames) {
      const collection = connection.raw<Stored>(name);
      for (const filter of [{ key: { $ne: sealing.current } }, { keys: { $in: others } }])
        if (await connection.run(() => collection.findOne(filter, { projection: { _id: 1 } }))) return true;
    }
    return false;
  }

  #head(): Promise<EncryptionHead | null> {
    return this.#parts.connection.run((db) => heads(db).findOne({ _id: 'encryption' }));
  }
}

const isFree = (): Filter<Stored> => ({ $or: [settled, { createdAt: { $lt: Date.now() - busyMs } }] });

/** Values that are, or are to be, sealed, by their paths. */
function valuesOf(name: SealedName, document: Document): Document {
  const values: Document = {};
  changed(name, '', document, (value, path) => {
    if (!isNothing(value)) values[path] = value;
    return value;
  });
  return values;
}
