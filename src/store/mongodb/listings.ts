/**
 * What only management asks for: rooms, a person's memories, turns, page by page. None of it has an index of its own,
 * which every message would pay for; a call looks at a bounded number of documents in the order of their ids instead.
 */
import type { Collection, Document, Filter } from 'mongodb';
import type { Memory } from '../../core/memory.js';
import type { Turn } from '../../core/turn.js';
import { readCursor, writeCursor } from '../cursors.js';
import type { Person, RoomSummary } from '../history.js';
import { lookedAt, mostCounted, summaryOf } from '../listing.js';
import type { Page, PageRequest } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { TurnListRequest } from '../turn-store.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf, turnOf } from './documents.js';

/** Rooms asked about at once: as many connections are taken from those who answer. */
const together = 10;

const place = { 'source.connector': 1, 'source.tenant': 1, 'source.channel': 1, 'source.thread': 1 } as const;

/** All but the steps. */
const turnFields = {
  ...{ 'turn.turnId': 1, 'turn.roomId': 1, 'turn.agentId': 1, 'turn.covers': 1, 'turn.status': 1 },
  ...{ 'turn.replyId': 1, 'turn.model': 1, 'turn.usage': 1, 'turn.attempt': 1, 'turn.error': 1 },
  ...{ 'turn.startedAt': 1, 'turn.finishedAt': 1, 'turn.state': 1, 'turn.trigger': 1 },
  ...{ 'turn.waitsUntil': 1, 'turn.continuedBy': 1, 'turn.taint': 1, 'turn.passedOver': 1 },
};

export class Listings {
  readonly #connection: Connection;
  readonly #memories: Collection<MemoryDocument>;
  readonly #archive: Collection<MemoryDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#memories = connection.collection('memories');
    this.#archive = connection.collection('archive');
  }

  async rooms({ agentId, cursor, ...page }: PageRequest & { agentId?: string }): Promise<Page<RoomSummary>> {
    const limit = whole(page.limit, 1);
    const fields = { agentId: 1, roomId: 1, kind: 1, scope: 1, createdAt: 1, ...place };
    const looked = await this.#newest({}, 'rooms', cursor, fields);
    const newest = new Map<string, MemoryDocument>();
    for (const document of looked) {
      if (document.kind === 'message' && !newest.has(document.roomId)) newest.set(document.roomId, document);
    }
    const candidates = [...newest.values()].filter(
      (room) => agentId === undefined || room.agentId === agentId,
    );
    const found: (RoomSummary & { _id: string })[] = [];
    while (candidates.length > 0 && found.length <= limit) {
      const rooms = await Promise.all(candidates.splice(0, together).map((room) => this.#room(room)));
      found.push(...rooms.flatMap((room) => room ?? []));
    }
    return pageBehind('rooms', looked, found, limit, ({ _id, ...room }) => room);
  }

  /** Null: an earlier page had it, because it has newer messages. */
  async #room(newest: MemoryDocument): Promise<(RoomSummary & { _id: string }) | null> {
    const { _id, roomId, agentId, scope, source, createdAt } = newest;
    const messages = { roomId, kind: 'message' as const };
    const newer = { ...messages, _id: { $gt: _id } };
    return this.#connection.run(async () => {
      if (await this.#memories.findOne(newer, { projection: { _id: 1 } })) return null;
      const count = await this.#memories.countDocuments(messages, { limit: mostCounted });
      const room = { roomId, agentId, scope: scope!, source: source!, lastAt: createdAt, messages: count };
      return { _id, ...summaryOf(room) };
    });
  }

  async turns({
    agentId,
    roomId,
    status,
    cursor,
    ...page
  }: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>> {
    const limit = whole(page.limit, 1);
    const where = roomId === undefined ? {} : { roomId };
    const looked = await this.#newest(where, 'turns', cursor, turnFields);
    const found = looked.filter(
      ({ turn }) =>
        turn &&
        (agentId === undefined || turn.agentId === agentId) &&
        (status === undefined || turnOf(turn).status === status),
    );
    return pageBehind('turns', looked, found, limit, ({ turn }) => turnOf(turn!));
  }

  /** First what is at hand, then what is archived: what moves meanwhile is met twice rather than not at all. */
  async ofPerson(person: Person, page: PageRequest): Promise<Page<Memory>> {
    const limit = whole(page.limit, 1);
    const [use, after] = readPlace(page.cursor);
    const collection = use === 'memories' ? this.#memories : this.#archive;
    const isTheirs = ({ role, author, source }: MemoryDocument) =>
      role !== 'assistant' &&
      author !== undefined &&
      isOr(person.userId, author.id) &&
      isOr(person.connector, source?.connector) &&
      isOr(person.tenant, source?.tenant);
    const fields = { ...{ agentId: 1, role: 1, 'author.id': 1, 'content.replyTo': 1 }, ...place };
    const looked = await this.#connection.find(
      collection,
      { _id: { $gt: after } },
      { sort: { _id: 1 }, limit: lookedAt, projection: fields },
    );
    const own = looked.filter(({ agentId }) => person.agentId === undefined || agentId === person.agentId);
    const replies = own.filter(({ role, content }) => role === 'assistant' && content?.replyTo);
    const asked = await this.#both(
      replies.map(({ content }) => content!.replyTo!),
      { role: 1, 'author.id': 1, ...place },
    );
    const theirs = new Set(asked.filter(isTheirs).map(({ _id }) => _id));
    const found = own.filter((document) =>
      document.role === 'assistant' ? theirs.has(document.content?.replyTo ?? '') : isTheirs(document),
    );
    const { items, nextCursor } = pageBehind(use, looked, found, limit, ({ _id }) => _id);
    const memories = await this.#connection.find(
      collection,
      { _id: { $in: items }, $or: [{ kind: { $ne: 'turn' } }, { trigger: { $exists: true } }] },
      { sort: { _id: 1 }, projection: memoryFields },
    );
    const rest = use === 'memories' ? writeCursor('archive', '') : null;
    return { items: memories.map(memoryOf), nextCursor: nextCursor ?? rest };
  }

  /** Wherever they lie. */
  async #both(ids: string[], fields: Document): Promise<MemoryDocument[]> {
    if (ids.length === 0) return [];
    const found = [this.#memories, this.#archive].map((collection) =>
      this.#connection.find(collection, { _id: { $in: ids } }, { projection: fields }),
    );
    return (await Promise.all(found)).flat();
  }

  #newest(
    where: Filter<MemoryDocument>,
    use: string,
    cursor: string | undefined,
    fields: Document,
  ): Promise<MemoryDocument[]> {
    const before = cursor === undefined ? {} : { _id: { $lt: readCursor(use, cursor) } };
    return this.#connection.find(
      this.#memories,
      { ...where, ...before },
      { sort: { _id: -1 }, limit: lookedAt, projection: fields },
    );
  }
}

/** Goes on behind its last item, or, with all of them on it, behind the last document that was looked at. */
function pageBehind<F extends { _id: string }, T>(
  use: string,
  looked: { _id: string }[],
  found: F[],
  limit: number,
  read: (item: F) => T,
): Page<T> {
  const behind = ({ _id }: { _id: string }) => writeCursor(use, _id);
  return pageOf(found, limit, read, behind, looked.length === lookedAt ? behind(looked.at(-1)!) : null);
}

function readPlace(cursor: string | undefined): [use: 'memories' | 'archive', after: string] {
  if (cursor === undefined) return ['memories', ''];
  const archived = Buffer.from(cursor, 'base64url').toString().startsWith('archive ');
  const use = archived ? 'archive' : 'memories';
  return [use, readCursor(use, cursor)];
}

/** What is not asked for may be anything. */
function isOr(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || found === wanted;
}
