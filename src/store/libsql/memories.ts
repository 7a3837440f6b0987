import type { Fact } from '../../core/derived-memory.js';
import type { Memory, Source, SourceKey } from '../../core/memory.js';
import type { Expired, ExpiryRequest } from '../expiry.js';
import type { Appended, AppendOptions, HistoryRequest, MoreEdited, Person, RoomSummary } from '../history.js';
import { summaryOf } from '../listing.js';
import type { MemoryStore } from '../memory-store.js';
import type { Page, PageRequest } from '../paging.js';
import { unknownCursor, whole } from '../paging.js';
import { best } from '../scoring.js';
import {
  type Candidate,
  type Candidates,
  type CandidatesRequest,
  type Found,
  mostQuestions,
  type SearchRequest,
  searchedKinds,
  usualAround,
  usualDepth,
} from '../search.js';
import { type KindCounts, lengthOfAll, type Unembedded } from '../vectors.js';
import type { Connection } from './connection.js';
import { endOfAll, pageOfRows, pageOfStep, readNumber } from './cursors.js';
import type { Forgetting } from './forgetting.js';
import { frozenCopy } from './frozen.js';
import type { Aged, MemoryTable } from './memory-table.js';
import type { Names } from './names.js';
import type { Rooms } from './rooms.js';
import { ingestionKey, kindNumber, readMemories, readMemory, rowOf, type Stored } from './row.js';
import { newestFacts, type ScopeState } from './scope-state.js';
import type { Searches } from './searches.js';
import type { SideThread } from './side-thread.js';
import type { Vectors } from './vectors.js';

/** Memories removed in one group: some 2 ms, which hold up everything else. */
const removedAtOnce = 20;

export interface MemoryParts {
  connection: Connection;
  table: MemoryTable;
  names: Names;
  rooms: Rooms;
  searches: Searches;
  vectors: Vectors;
  side: SideThread;
  forgetting: Forgetting;
}

/** The memories it gives out are frozen: they are shared with its caches. */
export class LibsqlMemories implements MemoryStore {
  readonly #connection: Connection;
  readonly #parts: MemoryParts;

  constructor(parts: MemoryParts) {
    this.#connection = parts.connection;
    this.#parts = parts;
  }

  append(memory: Memory, { onWritten }: AppendOptions = {}): Promise<Appended> {
    // A copy: the caller's object stays the caller's.
    const stored = frozenCopy(memory);
    const row = rowOf(stored);
    const { table, rooms } = this.#parts;
    return this.#connection.write((): Appended => {
      const { seq, ...appended } = table.append(row, stored);
      if (!appended.duplicate) rooms.appended({ seq, memory: stored });
      return appended;
    }, onWritten);
  }

  get(id: string): Promise<Memory | null> {
    return this.#one(() => this.#parts.table.get(id));
  }

  find(key: SourceKey): Promise<Memory | null> {
    return this.#one(() => this.#parts.table.byKey(ingestionKey(key)));
  }

  edit(id: string, text: string, more: MoreEdited = {}): Promise<boolean> {
    return this.#connection.write(() => this.#parts.forgetting.edit(id, text, more));
  }

  recent(roomId: string, limit: number): Promise<Memory[]> {
    const recent = whole(limit);
    return this.#connection.read(() => this.#parts.rooms.room(roomId, { recent }).recent(recent));
  }

  async history(roomId: string, { order = 'oldest', ...page }: HistoryRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const [first, prefix] = order === 'newest' ? [endOfAll, 'before'] : [0, ''];
    const from = readNumber(page.cursor, first, prefix);
    // One more than asked for tells whether there is another page.
    const found = await this.#connection.read(() =>
      this.#parts.table.history(roomId, from, limit + 1, order),
    );
    return pageOfRows(readMemories(found).map(numbered), limit, ([, memory]) => memory, { prefix });
  }

  async rooms(page: PageRequest & { agentId?: string }): Promise<Page<RoomSummary>> {
    const limit = whole(page.limit, 1);
    const before = readNumber(page.cursor, endOfAll);
    // Asked at every first start, which needs no other thread for that.
    if (await this.#connection.read(() => this.#parts.table.isEmpty)) return { items: [], nextCursor: null };
    const step = await this.#parts.side.call('listRooms', before, limit, page.agentId ?? null);
    return pageOfStep(step, limit, roomOf);
  }

  async ofPerson({ agentId, connector, tenant, userId }: Person, page: PageRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const named = (part: string | undefined) => (part === undefined ? null : JSON.stringify(part));
    const source = [named(connector), named(tenant), named(userId)] as const;
    const after = readNumber(page.cursor, 0);
    const step = await this.#parts.side.call('ofPerson', after, limit, agentId ?? null, ...source);
    return pageOfStep(step, limit, readMemory);
  }

  async inScope(agentId: string, scope: string, page: PageRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const after = readNumber(page.cursor, 0);
    const found = await this.#connection.read(() =>
      this.#parts.table.inScope(agentId, scope, after, limit + 1),
    );
    return pageOfRows(readMemories(found).map(numbered), limit, ([, memory]) => memory);
  }

  facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]> {
    const most = whole(limit);
    return this.#connection.read(() => newestFacts(this.#scopes(agentId, scopes, most), most));
  }

  everyFact(agentId: string, scopes: string[], limit: number): Promise<Memory[]> {
    const most = whole(limit);
    return this.#connection.read(() =>
      [...new Set(scopes)]
        .flatMap((scope) => readMemories(this.#parts.table.everyFact(agentId, scope, most)))
        .sort((a, b) => b.seq - a.seq)
        .slice(0, most)
        .map(({ memory }) => memory),
    );
  }

  reviseFact(id: string, fact: Fact): Promise<boolean> {
    return this.#connection.write(() => this.#parts.forgetting.revise(id, fact));
  }

  count(agentId: string, scopes: string[]): Promise<number> {
    return this.#connection.read(() =>
      this.#scopes(agentId, scopes, 0).reduce((sum, { count }) => sum + count, 0),
    );
  }

  async candidates(request: CandidatesRequest): Promise<Candidates> {
    const { agentId, scopes, questions, kinds = searchedKinds, exclude, depth, around } = request;
    const { names, searches } = this.#parts;
    const found = await this.#connection.read(() =>
      searches.find({
        scopes: [...new Set(scopes)].flatMap((scope) => names.scope(agentId, scope) ?? []),
        kinds: kinds.map((kind) => kindNumber[kind]),
        questions: questions.slice(0, mostQuestions).map(({ text, vector }) => ({
          text,
          // A copy: a part of a larger array would take all of it to another thread.
          vector: vector ? { embedder: vector.embedder, values: vector.values.slice() } : null,
        })),
        exclude: exclude ? [...exclude] : [],
        depth: whole(depth ?? usualDepth, 1),
        around: whole(around ?? usualAround),
      }),
    );
    const memories = (keys: readonly Candidate['key'][]) =>
      this.#connection.read(() => searches.memories(keys as number[]));
    return { ...found, memories };
  }

  async search({ text, vector, limit, ...searched }: SearchRequest): Promise<Found[]> {
    const most = whole(limit);
    const asked = { ...searched, questions: [{ text, vector }], depth: Math.max(usualDepth, most) };
    return best(await this.candidates(asked), most);
  }

  async forget(ids: string[]): Promise<number> {
    let count = 0;
    for (let from = 0; from < ids.length; from += removedAtOnce) {
      const some = ids.slice(from, from + removedAtOnce);
      count += await this.#connection.write(() => this.#parts.forgetting.forget(some));
    }
    return count;
  }

  agents(): Promise<string[]> {
    return this.#connection.read(() => JSON.parse(this.#parts.table.agents()));
  }

  async expire({ agentId, before, kinds, limit, cursor }: ExpiryRequest): Promise<Expired> {
    const numbers = kinds.map((kind) => kindNumber[kind]);
    // A trigger is as old as what it made a turn run for.
    if (kinds.includes('message')) numbers.push(kindNumber.trigger);
    const after = cursor === undefined ? ([-1, -1] satisfies Aged) : readPlace(cursor);
    const { forgetting, table } = this.#parts;
    if (cursor === undefined) await this.#connection.write(() => forgetting.expireReplies(agentId, before));
    const asked = { before, kinds: numbers, limit: whole(limit, 1), after };
    const { found, next } = await this.#connection.read(() => table.aged(agentId, asked));
    let count = 0;
    for (let from = 0; from < found.length; from += removedAtOnce) {
      const some = found.slice(from, from + removedAtOnce).map(([, seq]) => seq);
      count += await this.#connection.write(() => forgetting.expire(some));
    }
    return { count, nextCursor: next?.join(' ') ?? null };
  }

  unembedded(embedder: string, limit: number): Promise<Unembedded[]> {
    return this.#connection.write(() => this.#parts.vectors.unembedded(embedder, whole(limit)));
  }

  backlog(embedder: string): Promise<KindCounts> {
    return this.#connection.read(() => this.#parts.vectors.backlog(embedder));
  }

  embedded(embedder: string): Promise<KindCounts> {
    return this.#connection.read(() => this.#parts.vectors.embedded(embedder));
  }

  async saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void> {
    if (vectors.length === 0) return;
    const dimensions = lengthOfAll(embedder, vectors);
    const packed = new Float32Array(dimensions * vectors.length);
    for (const [i, { values }] of vectors.entries()) packed.set(values, i * dimensions);
    const ids = vectors.map(({ id }) => id);
    await this.#connection.write(() => this.#parts.vectors.save(embedder, ids, packed));
  }

  dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number> {
    const { keep, unusedSince, limit } = request;
    return this.#connection.write(() => this.#parts.vectors.drop(keep, unusedSince, whole(limit, 1)));
  }

  async #one(read: () => string): Promise<Memory | null> {
    return this.#connection.read(() => readMemories(read())[0]?.memory ?? null);
  }

  #scopes(agentId: string, scopes: string[], facts: number): ScopeState[] {
    return [...new Set(scopes)].map((scope) => this.#parts.rooms.scope(agentId, scope, facts));
  }
}

function numbered({ seq, memory }: Stored): [number, Memory] {
  return [seq, memory];
}

type RoomItem = [
  seq: number,
  roomId: string,
  agent: string,
  scope: string,
  at: number,
  Source,
  count: number,
];

function roomOf([, roomId, agentId, scope, lastAt, source, messages]: RoomItem): RoomSummary {
  return summaryOf({ roomId, agentId, source, scope, lastAt, messages });
}

function readPlace(cursor: string): Aged {
  const [, created, seq] = /^(-?\d{1,16}(?:\.\d+)?) (-?\d{1,15})$/.exec(cursor) ?? [];
  if (seq === undefined) throw unknownCursor('an expiry');
  return [Number(created), Number(seq)];
}
