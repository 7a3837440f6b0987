/**
 * Audit rows. The `_id` of a row of the chain is its number, so two processes cannot take the same predecessor: who
 * finds a number taken reads where the chain ends and goes on there. What waits in a process goes in one command, in
 * order: behind a row that was not taken, none is. `audit` is the collection of older hubs, which may be at work.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Filter, MongoBulkWriteError } from 'mongodb';
import { derivedId } from '../../core/ids.js';
import type { CarrierError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { beginning, higher, keptHeads, linksAfter, mostRows, shown } from '../audit-chain.js';
import { HeadKeeper, headInFile, headOf } from '../audit-head.js';
import { listed, newestOf } from '../audit-list.js';
import type { AuditLog, AuditRow, Head, KeptHead, Link, LinkedRow } from '../audit-log.js';
import { whole } from '../paging.js';
import { Batch } from './batch.js';
import type { Connection } from './connection.js';
import { isDuplicateKey, isTakenId, metKey, unavailable } from './faults.js';

/** Rows of one command; a row is some hundred bytes. */
const most = 100;
/** After so many commands one right after the other, others have their turn, for as long as so many take. */
const inARow = 8;
const pauseOf = 4;

interface LinkDocument extends Omit<Link, 'seq'> {
  _id: number;
}

interface OlderDocument {
  _id: string;
  operation: string;
  /** The whole row as JSON: the field names in it are not ours. */
  row: string;
}

interface HeadDocument extends Head {
  _id: 'audit-head';
}

export interface AuditParts {
  connection: Connection;
  log: Logger;
  /** Keeps where the chain ends; absent: the database alone does. */
  headFile?: string;
}

export class MongoAudit implements AuditLog {
  readonly #connection: Connection;
  readonly #file: string | undefined;
  readonly #keeper: HeadKeeper;
  readonly #chain;
  readonly #older;
  readonly #meta;
  readonly #rows: Batch<AuditRow, void>;
  /** Where the chain ends, as far as is known; null: it must be read. */
  #head: Head | null = null;
  #row = { commands: 0, tookMs: 0, endedAt: 0 };
  /** When the last row that was given is written, or is not. */
  #last: Promise<void> = Promise.resolve();

  constructor({ connection, log, headFile }: AuditParts) {
    this.#connection = connection;
    this.#file = headFile;
    this.#keeper = new HeadKeeper(headFile, log, (head) => this.#note(head));
    this.#chain = connection.collection<LinkDocument>('audit_chain');
    this.#older = connection.collection<OlderDocument>('audit');
    this.#meta = connection.collection<HeadDocument>('meta');
    this.#rows = new Batch(
      async (rows) => {
        await this.#write(rows);
        return rows.map(() => undefined);
      },
      { lanes: 1, most, waitMs: connection.deadlineMs },
    );
  }

  append(row: AuditRow): Promise<void> {
    const written = this.#rows.add(row);
    this.#last = written.catch(() => {});
    return written;
  }

  list(request: Parameters<AuditLog['list']>[0]) {
    return listed<AuditRow | LinkedRow>(request, async (limit, before, operation) => {
      const sorted = { limit: whole(limit) };
      const ofOperation = operation !== undefined && { operation };
      const [links, older] = await Promise.all([
        this.#connection.find(
          this.#chain,
          { ...(before !== undefined && { id: { $lt: before } }), ...ofOperation },
          { sort: { id: -1 }, ...sorted },
        ),
        this.#connection.find(
          this.#older,
          { ...(before !== undefined && { _id: { $lt: before } }), ...ofOperation },
          { sort: { _id: -1 }, ...sorted },
        ),
      ]);
      return newestOf<AuditRow | LinkedRow>(limit, links.map(linkOf).map(shown), older.map(rowOf));
    });
  }

  async last(after = 0): Promise<Head | null> {
    const options = { sort: { _id: -1 }, limit: 1, projection: { hash: 1 } } as const;
    const [last] = await this.#connection.find(this.#chain, { _id: { $gt: after, $lte: mostRows } }, options);
    return last ? { seq: last._id, hash: last.hash } : null;
  }

  async older(after: string, limit: number): Promise<AuditRow[]> {
    const filter: Filter<OlderDocument> = { _id: { $gt: after } };
    return (await this.#connection.find(this.#older, filter, { sort: { _id: 1 }, limit })).map(rowOf);
  }

  async links(after: number, limit: number): Promise<Link[]> {
    const filter: Filter<LinkDocument> = { _id: { $gt: after } };
    return (await this.#connection.find(this.#chain, filter, { sort: { _id: 1 }, limit })).map(linkOf);
  }

  async heads(): Promise<KeptHead[]> {
    const inFile = this.#file === undefined ? null : headInFile(this.#file);
    return keptHeads({
      ...{ 'the running hub': this.#keeper.known, 'the data folder': inFile },
      'the database': await this.#noted(),
    });
  }

  countOlder(): Promise<number> {
    return this.#connection.run(() => this.#older.countDocuments({}));
  }

  /** Rows that were given are written, and where the log ends is kept. */
  async close(): Promise<void> {
    await this.#last;
    await this.#keeper.close();
  }

  /**
   * The same rows after the same head are the same documents, so a try that failed and takes effect later does no harm:
   * its first row meets itself, or another one, and what is behind it is not taken.
   */
  async #write(rows: readonly AuditRow[]): Promise<void> {
    await this.#letOthers();
    const until = Date.now() + this.#connection.deadlineMs;
    let head = this.#head ?? (await this.#end());
    // Until it is known how it went.
    this.#head = null;
    for (let left = rows; left.length > 0; ) {
      const links = linksAfter(head, left);
      const begunAt = performance.now();
      const met = await this.#insert(links);
      this.#row.endedAt = performance.now();
      this.#row.tookMs = this.#row.endedAt - begunAt;
      if (!met) {
        head = links.at(-1)!;
        break;
      }
      const end = await this.#end(head);
      // The number of the first row was taken, and not by an earlier try: none of them is there.
      const there = met.first && end.seq > head.seq ? new Set() : await this.#thereOf(left);
      const others = left.filter(({ id }) => !there.has(id));
      // Neither a row of ours nor another process's: an index that is not the hub's refuses it.
      if (others.length === left.length && end.seq === head.seq) throw met.error;
      if (Date.now() > until) throw unavailable('Others write the audit log all the time.', met.error);
      [left, head] = [others, end];
    }
    this.#head = { seq: head.seq, hash: head.hash };
    this.#keeper.saw(this.#head);
  }

  /** Who has to read first where the chain ends would never come before one that writes all the time. */
  async #letOthers(): Promise<void> {
    const pauseMs = this.#row.tookMs * pauseOf;
    const goesOn = performance.now() - this.#row.endedAt < pauseMs;
    this.#row.commands = goesOn ? this.#row.commands + 1 : 0;
    if (this.#row.commands < inARow) return;
    this.#row.commands = 0;
    await sleep(pauseMs);
  }

  /** Null: all are there. Else what was met, and whether it was the number of the first, at the first try. */
  async #insert(links: readonly Link[]): Promise<{ error: unknown; first: boolean } | null> {
    const documents = links.map(({ seq, ...link }) => ({ _id: seq, ...link }));
    let tries = 0;
    try {
      await this.#connection.repeatable(() => {
        tries++;
        return this.#chain.insertMany(documents, { ordered: true });
      });
      return null;
    } catch (error) {
      const { cause = error } = error as CarrierError;
      if (!isDuplicateKey(cause)) throw error;
      const [met] = cause instanceof MongoBulkWriteError ? [cause.writeErrors].flat() : [];
      return { error, first: tries === 1 && met?.index === 0 && ['_id', '_id_'].includes(metKey(met) ?? '') };
    }
  }

  /**
   * Also where rows at the end are gone, or others are in their place: who goes on behind the one that is known leaves a
   * gap, or a row that does not fit.
   */
  async #end(from: Head = beginning): Promise<Head> {
    if (this.#keeper.known === beginning) this.#keeper.knows(...(await this.heads()));
    return higher(higher((await this.last(from.seq)) ?? beginning, from), this.#keeper.known);
  }

  async #thereOf(rows: readonly AuditRow[]): Promise<Set<string>> {
    const filter: Filter<LinkDocument> = { id: { $in: rows.map(({ id }) => id) } };
    const found = await this.#connection.find(this.#chain, filter, { projection: { id: 1 } });
    return new Set(found.map(({ id }) => id));
  }

  async #noted(): Promise<Head | null> {
    return headOf(await this.#connection.run(() => this.#meta.findOne({ _id: 'audit-head' })));
  }

  /** Only where what is there is lower, and of this chain. */
  async #note({ seq, hash }: Head): Promise<void> {
    const numbers = this.#keeper.unproven.map((kept) => kept.seq);
    const rows = await this.#connection.find(this.#chain, { _id: { $in: numbers } });
    if (!this.#keeper.prove(rows.map(linkOf))) return;
    await this.#connection.repeatable(async () => {
      try {
        await this.#meta.updateOne(
          { _id: 'audit-head', seq: { $lt: seq } },
          { $set: { seq, hash } },
          { upsert: true },
        );
      } catch (error) {
        if (!isTakenId(error)) throw error;
      }
    });
  }
}

/** A folder may have served several databases, each with a log of its own. */
export function headFileOf(dataDir: string, url: string, database: string | undefined): string {
  const [, hosts = ''] = /^[^/]*\/\/(?:[^@/]*@)?([^/?]*)/.exec(url) ?? [];
  return join(dataDir, `audit-head-${derivedId('of', hosts, database ?? '')}.json`);
}

function linkOf({ _id, id, operation, hash, body }: LinkDocument): Link {
  return { seq: _id, id, operation, hash, body };
}

function rowOf({ row }: OlderDocument): AuditRow {
  return JSON.parse(row);
}
