import type { AnyBulkWriteOperation, Document, Filter } from 'mongodb';
import type { Fact } from '../../core/derived-memory.js';
import { indexedText } from '../../core/indexed-text.js';
import type { Memory, MemoryKind, SourceKey } from '../../core/memory.js';
import { FatalError } from '../../errors.js';
import { readCursor, writeCursor } from '../cursors.js';
import type { Expired, ExpiryRequest } from '../expiry.js';
import type { Appended, HistoryRequest, MoreEdited, Person, RoomSummary } from '../history.js';
import { mostCounted } from '../listing.js';
import type { MemoryStore } from '../memory-store.js';
import type { Page, PageRequest } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { Candidates, CandidatesRequest, Found, SearchRequest } from '../search.js';
import { isNowhere, type KindCounts, lengthOfAll, type Unembedded } from '../vectors.js';
import type { Abilities } from './abilities.js';
import type { Connection } from './connection.js';
import {
  documentOf,
  ingestionId,
  type MemoryDocument,
  memoryFields,
  memoryOf,
  settled,
} from './documents.js';
import { edit, reviseFact } from './editing.js';
import type { Embedders } from './embedders.js';
import type { Expiry } from './expiry.js';
import { unavailable } from './faults.js';
import type { FileUses } from './file-uses.js';
import { forget } from './forgetting.js';
import type { Listings } from './listings.js';
import type { Marks } from './marks.js';
import type { Reads } from './reads.js';
import type { RoomLog } from './room-log.js';
import type { Search } from './search.js';
import type { SearchNode } from './search-node.js';
import { storedVector } from './vectors.js';
import type { Windows } from './windows.js';

export interface MemoryParts {
  connection: Connection;
  abilities: Abilities;
  log: RoomLog;
  marks: Marks;
  reads: Reads;
  windows: Windows;
  embedders: Embedders;
  expiry: Expiry;
  uses: FileUses;
  search: Search;
  node: SearchNode | null;
  listings: Listings;
}

export class MongoMemories implements MemoryStore {
  readonly #parts: MemoryParts;

  constructor(parts: MemoryParts) {
    this.#parts = parts;
  }

  async append(memory: Memory): Promise<Appended> {
    const document = documentOf(memory);
    const inserted = await this.#parts.log.insert(document);
    if (inserted.stored) return { memory: memoryOf(document), duplicate: false };
    // As it is by now includes what this process has committed and not yet marked.
    await this.#parts.marks.ofRoom(document.roomId);
    const earlier = await this.#earlier(document);
    // Our own first try, whose answer was lost, is no duplicate.
    return { memory: memoryOf(earlier), duplicate: !inserted.again || earlier._id !== document._id };
  }

  async get(id: string): Promise<Memory | null> {
    await this.#parts.marks.ofMessage(id);
    const found = await this.#parts.connection.run(() =>
      this.#memories.findOne<MemoryDocument>({ _id: id }, { projection: memoryFields }),
    );
    return found && (found.kind !== 'turn' || found.trigger) ? memoryOf(found) : null;
  }

  async find(key: SourceKey): Promise<Memory | null> {
    const markingOf = this.#parts.marks.since();
    const found = await this.#parts.connection.run(() =>
      this.#memories.findOne<MemoryDocument>({ ingest: ingestionId(key) }, { projection: memoryFields }),
    );
    if (!found) return null;
    const marking = markingOf(found._id);
    if (!marking) return memoryOf(found);
    await marking;
    return this.get(found._id);
  }

  async edit(id: string, text: string, more?: MoreEdited): Promise<boolean> {
    const { connection, uses } = this.#parts;
    const before = more?.files === null ? await this.get(id) : null;
    const files = before?.content.attachments.map(({ file }) => file) ?? [];
    await uses.lookSoon(files);
    const edited = await edit(connection, id, text, more);
    await uses.release(files);
    return edited;
  }

  async recent(roomId: string, limit: number): Promise<Memory[]> {
    const marking = this.#parts.marks.ofRoom(roomId);
    if (marking) await marking;
    if (whole(limit) === 0) return [];
    const match = { ...this.#parts.log.agents.of(roomId), kind: 'message', status: { $ne: 'pending' } };
    return this.#parts.windows.recent({ name: roomId, match, limit: whole(limit) });
  }

  async history(roomId: string, { order = 'oldest', ...page }: HistoryRequest): Promise<Page<Memory>> {
    await this.#parts.marks.ofRoom(roomId);
    return this.#page({ ...this.#parts.log.agents.of(roomId), kind: 'message' }, page, order);
  }

  async rooms(page: PageRequest & { agentId?: string }): Promise<Page<RoomSummary>> {
    return this.#parts.listings.rooms(page);
  }

  async ofPerson(person: Person, page: PageRequest): Promise<Page<Memory>> {
    await this.#parts.marks.all();
    return this.#parts.listings.ofPerson(person, page);
  }

  async inScope(agentId: string, scope: string, page: PageRequest): Promise<Page<Memory>> {
    await this.#parts.marks.ofScopes([scope]);
    return this.#page({ agentId, scope }, page, 'oldest');
  }

  async facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]> {
    if (whole(limit) === 0 || scopes.length === 0) return [];
    const among = [...new Set(scopes)].sort();
    const holds = { 'fact.until': { $not: { $lte: Date.now() } } };
    const match = { agentId, scope: { $in: among }, kind: 'fact', ...holds };
    const name = JSON.stringify([agentId, ...among]);
    const oldestFirst = await this.#parts.windows.recent({ name, match, limit: whole(limit) });
    return oldestFirst.reverse();
  }

  async everyFact(agentId: string, scopes: string[], limit: number): Promise<Memory[]> {
    if (whole(limit) === 0 || scopes.length === 0) return [];
    const found = await this.#parts.connection.find(
      this.#memories,
      { agentId, scope: { $in: [...new Set(scopes)] }, kind: 'fact' },
      { sort: { _id: -1 }, limit: whole(limit), projection: memoryFields },
    );
    return found.map(memoryOf);
  }

  reviseFact(id: string, fact: Fact): Promise<boolean> {
    return reviseFact(this.#parts.connection, id, fact);
  }

  /** Exact up to 1,000; more are counted as 1,000. */
  async count(agentId: string, scopes: string[]): Promise<number> {
    if (scopes.length === 0) return 0;
    const [row] = await this.#parts.reads.rows<{ count: number }>([
      { $match: { agentId, scope: { $in: [...new Set(scopes)] } } },
      { $limit: mostCounted },
      { $count: 'count' },
    ]);
    const count = row?.count ?? 0;
    this.#parts.search.counted(agentId, scopes, count);
    return count;
  }

  async candidates(request: CandidatesRequest): Promise<Candidates> {
    await this.#parts.marks.ofScopes([...request.scopes]);
    return this.#parts.search.candidates(request);
  }

  async search(request: SearchRequest): Promise<Found[]> {
    await this.#parts.marks.ofScopes([...request.scopes]);
    return this.#parts.search.find(request);
  }

  async forget(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    await this.#parts.marks.all();
    return forget(this.#parts.connection, this.#parts.uses, [...new Set(ids)]);
  }

  agents(): Promise<string[]> {
    return this.#parts.connection.run(() => this.#memories.distinct('agentId'));
  }

  async expire(request: ExpiryRequest): Promise<Expired> {
    await this.#parts.marks.all();
    return this.#parts.expiry.expire(request);
  }

  async unembedded(embedder: string, limit: number): Promise<Unembedded[]> {
    if (whole(limit) === 0) return [];
    await this.#parts.marks.all();
    const key = await this.#parts.embedders.prepare(embedder);
    const found = await this.#parts.connection.find(
      this.#memories,
      { embeds: true, [`has.${key}`]: null, status: { $ne: 'pending' }, ...settled } as Document,
      { sort: { _id: 1 }, limit: whole(limit), projection: memoryFields },
    );
    return found.map((document) => ({ id: document._id, text: indexedText(memoryOf(document)) }));
  }

  async backlog(embedder: string): Promise<KindCounts> {
    await this.#parts.marks.all();
    const key = this.#parts.embedders.keyOf(embedder);
    return this.#counts({
      ...{ embeds: true, [`has.${key}`]: null, status: { $ne: 'pending' }, ...settled },
    } as Document);
  }

  embedded(embedder: string): Promise<KindCounts> {
    const key = this.#parts.embedders.keyOf(embedder);
    return this.#counts({ embeds: true, [`has.${key}`]: true });
  }

  async saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void> {
    const { abilities, connection, embedders, node } = this.#parts;
    if (vectors.length === 0) return;
    const dimensions = lengthOfAll(embedder, vectors);
    const updates = vectors.map(
      ({ id, values }) => [id, isNowhere(values) ? null : storedVector(values, abilities)] as const,
    );
    const known = await embedders.register(embedder, dimensions);
    const operations = updates.map(([_id, vector]): AnyBulkWriteOperation<MemoryDocument> => {
      const [at, has] = [`vectors.${known.key}`, { [`has.${known.key}`]: true as const }];
      // Indexes of vectors take none that points nowhere.
      const update = vector
        ? { $set: { [at]: vector, ...has } }
        : { $set: has, $unset: { [at]: '' as const } };
      return { updateOne: { filter: { _id, embeds: true }, update } };
    });
    await connection.repeatable(() => this.#memories.bulkWrite(operations, { ordered: false }));
    node?.hasVectors(known);
  }

  dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number> {
    return this.#parts.embedders.drop({ ...request, limit: whole(request.limit, 1) });
  }

  async #counts(filter: Document): Promise<KindCounts> {
    const stages = [{ $match: filter }, { $group: { _id: '$kind', count: { $sum: 1 } } }];
    const rows = await this.#parts.connection.run(() =>
      this.#memories.aggregate<{ _id: MemoryKind; count: number }>(stages).toArray(),
    );
    return Object.fromEntries(rows.map(({ _id, count }) => [_id, count]));
  }

  async #page(
    filter: Filter<MemoryDocument>,
    page: PageRequest,
    order: 'oldest' | 'newest',
  ): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const [use, behind] = order === 'oldest' ? ['after', '$gt'] : ['before', '$lt'];
    const from = page.cursor === undefined ? {} : { _id: { [behind]: readCursor(use, page.cursor) } };
    // One more than asked for tells whether there is another page.
    const found = await this.#parts.connection.find(
      this.#memories,
      { ...filter, ...from },
      { sort: { _id: order === 'oldest' ? 1 : -1 }, limit: limit + 1, projection: memoryFields },
    );
    return pageOf(found, limit, memoryOf, ({ _id }) => writeCursor(use, _id));
  }

  get #memories() {
    return this.#parts.log.memories;
  }

  /** The one that has the ingestion key, read where a majority has it: its own write may still be under way. */
  async #earlier({ _id, ingest, roomId }: MemoryDocument): Promise<MemoryDocument> {
    const { abilities, connection } = this.#parts;
    const where = abilities.sharded ? { ingest, ...this.#parts.log.agents.of(roomId) } : { ingest };
    const found = await connection.run(() =>
      this.#memories.findOne<MemoryDocument>(where, {
        projection: memoryFields,
        ...(abilities.retryableWrites ? { readConcern: { level: 'majority' as const } } : {}),
      }),
    );
    if (found) return found;
    const other = await connection.run(() => this.#memories.findOne({ _id }, { projection: { _id: 1 } }));
    if (other) throw new FatalError('internal', `Another memory has the id ${_id}.`);
    throw unavailable('The same message is being stored right now.');
  }
}
