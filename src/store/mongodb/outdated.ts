/**
 * Words that older hubs have indexed, also one that is at work beside this one: another text, with other stems. What a
 * search meets is compared by the words of today, and all are renewed in the background: in batches, oldest first, from
 * where the last one ended, whichever hub that was. A hub that meets the same ones writes the same once more.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import { indexedText } from '../../core/indexed-text.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf, settled } from './documents.js';
import type { LineReader } from './lines.js';
import { termsOf, wordsVersion } from './terms.js';

const batch = 200;
/** Between two batches, so that turns have the server for themselves most of the time. */
const pauseMs = 100;
/** After the last one; what an older hub beside writes is renewed then. */
const restMs = 600_000;
/** At first, so that a start is not held up. */
const beginMs = 5_000;
const failedMs = 60_000;
/** What searches have met and is not renewed yet; more is met again. */
const mostMet = 5_000;
/** Texts taken apart in one go. */
const perStep = 100;

/** Up to which id all words were renewed. */
interface Progress {
  _id: string;
  after: string;
}

export class Outdated {
  readonly #connection: Connection;
  readonly #log: Logger;
  readonly #ending = new AbortController();
  readonly #met = new Set<string>();
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor(connection: Connection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Renews in the background until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once nothing is under way. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** Lines of outdated documents get the words of today. */
  async renew(reader: LineReader): Promise<void> {
    const { outdated } = reader;
    if (outdated.length === 0) return;
    const documents = await this.#connection.find(
      this.#connection.retrieval<MemoryDocument>('memories'),
      { _id: { $in: outdated } },
      { projection: memoryFields },
    );
    for (let from = 0; from < documents.length; from += perStep) {
      reader.renew(documents.slice(from, from + perStep));
      await breathe();
    }
    for (const id of outdated) if (this.#met.size < mostMet) this.#met.add(id);
    this.#wake.abort();
  }

  /** One batch; false: nothing is left. */
  async #renewBatch(): Promise<boolean> {
    const met = [...this.#met].slice(0, batch);
    if (met.length > 0) {
      await this.#renewAll({ _id: { $in: met } });
      for (const id of met) this.#met.delete(id);
      return true;
    }
    const meta = this.#connection.collection<Progress>('meta');
    const key = `words-${wordsVersion}`;
    const { after } = (await this.#connection.run(() => meta.findOne({ _id: key }))) ?? { after: '' };
    const last = await this.#renewAll({ _id: { $gt: after } });
    if (last === undefined) return false;
    await this.#connection.repeatable(() =>
      meta.updateOne({ _id: key }, { $max: { after: last } }, { upsert: true }),
    );
    return true;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let pause = beginMs; ; ) {
      const either = AbortSignal.any([signal, this.#wake.signal]);
      await sleep(pause, undefined, { signal: either, ref: false }).catch(() => {});
      if (signal.aborted) return;
      this.#wake = new AbortController();
      try {
        pause = (await this.#renewBatch()) ? pauseMs : restMs;
      } catch (err) {
        if (!signal.aborted) this.#log.debug({ err }, 'words of older hubs are not renewed now');
        pause = failedMs;
        this.#met.clear();
      }
    }
  }

  /** Gives the last id it looked at. */
  async #renewAll(filter: Filter<MemoryDocument>): Promise<string | undefined> {
    const memories = this.#connection.collection<MemoryDocument>('memories');
    const documents = await this.#connection.slowly(() =>
      memories
        .find({
          ...{ ...filter, ...settled },
          kind: { $ne: 'turn' },
          'has.terms': { $ne: wordsVersion },
        } as Filter<MemoryDocument>)
        .project<MemoryDocument>({ ...memoryFields, has: 1 })
        .sort({ _id: 1 })
        .limit(batch)
        .toArray(),
    );
    if (documents.length === 0) return undefined;
    await breathe();
    const operations = documents.map((one) => renewalOf(one, this.#connection.sealing !== null));
    await this.#connection.repeatable(() => memories.bulkWrite(operations, { ordered: false }));
    return documents.at(-1)!._id;
  }
}

/** Only where it is still as it was read: what lost a quote meanwhile must not get back the words of it. */
function renewalOf(document: MemoryDocument, sealed: boolean): AnyBulkWriteOperation<MemoryDocument> {
  const { _id, agentId, roomId, has } = document;
  const memory = memoryOf(document);
  // No query compares a sealed text; whoever edits one is of today, and leaves another mark.
  const text = sealed ? { 'has.text': has?.text ?? null } : { 'content.text': memory.content.text };
  const asRead = { ...text, 'has.terms': { $ne: wordsVersion } };
  const filter = { _id, agentId, roomId, kind: { $ne: 'turn' }, ...asRead, ...settled };
  const version = { 'has.terms': wordsVersion };
  const update =
    indexedText(memory) === ''
      ? { $set: version, $unset: { terms: '', embeds: '' } }
      : { $set: { ...version, terms: termsOf(memory), embeds: true } };
  return { updateOne: { filter, update } } as AnyBulkWriteOperation<MemoryDocument>;
}
