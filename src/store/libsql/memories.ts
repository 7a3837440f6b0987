import type { Memory, Source, SourceKey } from '../../core/memory.js';
import type { Expired, ExpiryRequest } from '../expiry.js';
import type { Appended, HistoryRequest, Person, RoomSummary } from '../history.js';
import { summaryOf } from '../listing.js';
import type { MemoryStore } from '../memory-store.js';
import type { Page, PageRequest } from '../paging.js';
import { unknownCursor, whole } from '../paging.js';
import { type Found, type SearchRequest, searchedKinds } from '../search.js';
import { lengthOfAll, type Unembedded } from '../vectors.js';
import { endOfAll, pageOfRows, pageOfStep, readNumber } from './cursors.js';
import { frozenCopy } from './frozen.js';
import type { Link } from './link.js';
import type { Replica } from './replica.js';
import { ingestionKey, kindNumber, readMemories, readMemory, rowOf, type Stored } from './row.js';
import { newestFacts, type ScopeView } from './scope-view.js';

/** The memories it gives out are frozen: they are shared with its caches. */
export class LibsqlMemories implements MemoryStore {
  readonly #link: Link;
  readonly #replica: Replica;

  constructor(link: Link, replica: Replica) {
    this.#link = link;
    this.#replica = replica;
  }

  async append(memory: Memory): Promise<Appended> {
    // A copy: the caller's object stays the caller's.
    const stored = frozenCopy(memory);
    let appended: Appended;
    await this.#link.call('append', [rowOf(stored)], (result) => {
      if (typeof result === 'string') {
        appended = { memory: readMemories(result)[0]!.memory, duplicate: true };
        return;
      }
      this.#replica.appended({ seq: result, memory: stored });
      appended = { memory: stored, duplicate: false };
    });
    return appended!;
  }

  async get(id: string): Promise<Memory | null> {
    return readMemories(await this.#link.call('memory', [id]))[0]?.memory ?? null;
  }

  async find(key: SourceKey): Promise<Memory | null> {
    return readMemories(await this.#link.call('memoryUnder', [ingestionKey(key)]))[0]?.memory ?? null;
  }

  async edit(id: string, text: string): Promise<boolean> {
    const edited = await this.#link.call('edit', [id, JSON.stringify(text)], (result) => {
      if (result) this.#replica.edited(result.roomId, result.scope);
    });
    return edited !== null;
  }

  async recent(roomId: string, limit: number): Promise<Memory[]> {
    const recent = whole(limit);
    return (await this.#replica.room(roomId, { recent })).recent(recent);
  }

  async history(roomId: string, { order = 'oldest', ...page }: HistoryRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const [first, prefix] = order === 'newest' ? [endOfAll, 'before'] : [0, ''];
    const from = readNumber(page.cursor, first, prefix);
    // One more than asked for tells whether there is another page.
    const found = readMemories(await this.#link.call('history', [roomId, from, limit + 1, order]));
    return pageOfRows(found.map(numbered), limit, ([, memory]) => memory, { prefix });
  }

  async rooms(page: PageRequest & { agentId?: string }): Promise<Page<RoomSummary>> {
    const limit = whole(page.limit, 1);
    const before = readNumber(page.cursor, endOfAll);
    const step = await this.#link.call('listRooms', [before, limit, page.agentId ?? null]);
    return pageOfStep(step, limit, roomOf);
  }

  async ofPerson({ agentId, connector, tenant, userId }: Person, page: PageRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const source = [JSON.stringify(connector), JSON.stringify(tenant), JSON.stringify(userId)] as const;
    const after = readNumber(page.cursor, 0);
    const step = await this.#link.call('ofPerson', [after, limit, agentId ?? null, ...source]);
    return pageOfStep(step, limit, readMemory);
  }

  async inScope(agentId: string, scope: string, page: PageRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const after = readNumber(page.cursor, 0);
    const found = readMemories(await this.#link.call('inScope', [agentId, scope, after, limit + 1]));
    return pageOfRows(found.map(numbered), limit, ([, memory]) => memory);
  }

  async facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]> {
    return newestFacts(await this.#scopes(agentId, scopes, whole(limit)), whole(limit));
  }

  async count(agentId: string, scopes: string[]): Promise<number> {
    const views = await this.#scopes(agentId, scopes, 0);
    return views.reduce((sum, { count }) => sum + count, 0);
  }

  async search(request: SearchRequest): Promise<Found[]> {
    const { agentId, scopes, text, vector, kinds = searchedKinds, exclude, limit } = request;
    const [rows, scores] = await this.#link.call('search', [
      {
        agentId,
        scopes: [...scopes],
        text,
        // A copy: a part of a larger array would take all of it to the other thread.
        vector: vector ? { embedder: vector.embedder, values: vector.values.slice() } : null,
        kinds: kinds.map((kind) => kindNumber[kind]),
        exclude: exclude ? [...exclude] : [],
        limit: whole(limit),
      },
    ]);
    return readMemories(rows).map(({ memory }, i) => ({ memory, score: scores[i]! }));
  }

  async forget(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const { count } = await this.#link.call('forget', [[...ids]], (gone) => this.#replica.forgot(gone));
    return count;
  }

  async agents(): Promise<string[]> {
    return JSON.parse(await this.#link.call('agents', []));
  }

  async expire({ agentId, before, kinds, limit, cursor }: ExpiryRequest): Promise<Expired> {
    const numbers = kinds.map((kind) => kindNumber[kind]);
    // A trigger is as old as what it made a turn run for.
    if (kinds.includes('message')) numbers.push(kindNumber.trigger);
    const after = cursor === undefined ? null : readPlace(cursor);
    const row = { agentId, before, kinds: numbers, limit: whole(limit, 1), after };
    const { gone, next } = await this.#link.call('expire', [row], (expired) =>
      this.#replica.forgot(expired.gone),
    );
    return { count: gone.count, nextCursor: next?.join(' ') ?? null };
  }

  async unembedded(embedder: string, limit: number): Promise<Unembedded[]> {
    return JSON.parse(await this.#link.call('unembedded', [embedder, whole(limit)]));
  }

  async saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void> {
    if (vectors.length === 0) return;
    const dimensions = lengthOfAll(embedder, vectors);
    const packed = new Float32Array(dimensions * vectors.length);
    for (const [i, { values }] of vectors.entries()) packed.set(values, i * dimensions);
    const ids = vectors.map(({ id }) => id);
    await this.#link.call('saveEmbeddings', [embedder, ids, packed]);
  }

  async dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number> {
    const { keep, unusedSince, limit } = request;
    return this.#link.call('dropEmbeddings', [keep, unusedSince, whole(limit, 1)]);
  }

  #scopes(agentId: string, scopes: string[], facts: number): Promise<ScopeView[]> {
    return Promise.all([...new Set(scopes)].map((scope) => this.#replica.scope(agentId, scope, facts)));
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

function readPlace(cursor: string): [created: number, seq: number] {
  const [, created, seq] = /^(-?\d{1,16}(?:\.\d+)?) (-?\d{1,15})$/.exec(cursor) ?? [];
  if (seq === undefined) throw unknownCursor('an expiry');
  return [Number(created), Number(seq)];
}
