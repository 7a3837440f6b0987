/** The documents of agents: given, replaced, listed and taken away. What is written down here, `readings.ts` carries out. */
import { newId } from '../../core/ids.js';
import type { Memory } from '../../core/memory.js';
import type { Origin } from '../../core/origin.js';
import type { Readers } from '../../core/readers.js';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { FileQuota } from '../../store/file-store.js';
import type { Page, PageRequest } from '../../store/paging.js';
import type { TypedRecords, Versioned } from '../../store/record.js';
import type { Store } from '../../store/store.js';
import { type ChunkList, chunkListRecord } from './chunk-list.js';
import {
  type Document,
  digestOf,
  documentIdOf,
  documentName,
  documentRecord,
  type Identity,
  ownScope,
} from './document.js';
import type { ReaderSets } from './reader-sets.js';

/** What is left of a removed one is looked at again so long after that, in ms. */
const lookAgainMs = [15_000, 60_000, 3_600_000];
/** Memories forgotten at once. */
const batch = 200;

export interface NewDocument extends Identity {
  bytes: Uint8Array;
  mediaType: string;
  source: Document['source'];
  readers: Readers;
  taint?: Origin[];
  quota?: FileQuota;
}

/** A file of a message, as it lies in the store. */
export interface SentFile extends Identity {
  own: string;
  /** The message's id. */
  from: string;
  file: string;
  mediaType: string;
  size: number;
  taint?: Origin[];
}

export type Known = Versioned<Document>;

export interface DocumentsParts {
  store: Pick<Store, 'records' | 'memories' | 'files'>;
  sets: ReaderSets;
  /** There is something to read. */
  changed(): void;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class Documents {
  readonly #parts: DocumentsParts;
  readonly #records: TypedRecords<Document>;
  readonly #lists: TypedRecords<ChunkList>;

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
    this.#records = documentRecord.in(parts.store.records, parts.log);
    this.#lists = chunkListRecord.in(parts.store.records, parts.log);
  }

  /** Null: there is none, or it was removed. */
  async get(id: string): Promise<Known | null> {
    const found = await this.#records.get(id);
    return found && found.value.state !== 'removed' ? found : null;
  }

  /** @param request `agentId` absent: of all agents; then a page may be short although there is more. */
  async list({ agentId, ...page }: PageRequest & { agentId?: string | undefined }): Promise<Page<Known>> {
    const found = await this.#records.list({ ...page, ...(agentId !== undefined && { group: agentId }) });
    return { ...found, items: found.items.filter(({ value }) => value.state !== 'removed') };
  }

  /** The ids of memories in which it is searched. */
  async liveChunks(id: string): Promise<ReadonlySet<string>> {
    const list = await this.#lists.get(id);
    return new Set(list?.value.live.map(([chunk]) => chunk));
  }

  /**
   * Keeps the bytes, durably, to be read soon; the same bytes for the same readers change nothing.
   * @throws FatalError `quota_exceeded`, `invalid_field`
   */
  async add(given: NewDocument): Promise<{ id: string; document: Document; changed: boolean }> {
    const { store } = this.#parts;
    const { bytes, mediaType, quota, agentId } = given;
    const { id, name, known } = await this.#known(given);
    const digest = digestOf(bytes);
    const scope = await this.#scopeOf(given);
    if (known && isSame(known, { digest, scope })) return { id, document: known, changed: false };
    const owner = fileOwner(id, given);
    const file = await store.files.put(bytes, { name, mediaType, owner }, quota);
    const head = newId();
    const document = await this.#put(id, given, {
      ...{ name, scope, digest, mediaType, size: bytes.length, file, head },
    });
    await store.memories.append(headMemory(id, document, head, agentId));
    this.#parts.changed();
    return { id, document, changed: true };
  }

  /** Reads a file that somebody sent, for the room in which it was sent; it goes with the message. */
  async addSent(sent: SentFile): Promise<void> {
    const { id, name, known } = await this.#known(sent);
    // Somebody wants it kept, or has sent it again.
    if (known && (known.source.kind !== 'message' || known.from === sent.from)) return;
    const scope = ownScope(sent.agentId, sent.own);
    const { mediaType, size, file } = sent;
    const given = { ...sent, source: { kind: 'message' as const }, readers: {} };
    await this.#put(id, given, { name, scope, digest: `file:${file}`, mediaType, size, file });
    this.#parts.changed();
  }

  /** Has it read again, as it is. @throws FatalError `not_found` */
  async reread(id: string): Promise<Document> {
    const { now, changed } = this.#parts;
    const document = await this.#records.change(id, (value) =>
      value && value.state !== 'removed'
        ? { ...value, state: 'waiting', tries: 0, claim: undefined, lookAt: now() }
        : undefined,
    );
    if (!document || document.state === 'removed') throw unknownDocument();
    changed();
    return document;
  }

  /** Nothing of it is found from now on; its words, vectors and bytes are gone when it resolves. False: there is none. */
  async remove(id: string): Promise<boolean> {
    const { now } = this.#parts;
    let heads: string[] | undefined;
    await this.#records.change(id, (value) => {
      heads = value && value.state !== 'removed' ? value.heads : undefined;
      return heads && removed(value!, now());
    });
    if (!heads) return false;
    await this.sweep(id);
    return true;
  }

  /** Takes away what is left of a removed one, also what a reader wrote after it was removed. */
  async sweep(id: string): Promise<void> {
    const { store, now } = this.#parts;
    const found = await this.#records.get(id);
    if (found?.value.state !== 'removed') return;
    const { value, version } = found;
    // Its ids alone: what a chunk said is not to be guessed from its mark.
    const list = await this.#lists.change(id, (value) =>
      value ? { live: [], begun: [...value.live, ...value.begun].map(([chunk]) => [chunk, '']) } : undefined,
    );
    const chunks = (list?.begun ?? []).map(([chunk]) => chunk);
    for (let at = 0; at < chunks.length; at += batch)
      await store.memories.forget(chunks.slice(at, at + batch));
    if (value.heads.length > 0) await store.memories.forget(value.heads);
    const age = now() - (value.removedAt ?? 0);
    const next = lookAgainMs.find((after) => after > age);
    if (next === undefined) {
      await this.#lists.remove(id);
      await this.#records.remove(id, version);
    } else await this.#records.put(id, { ...value, lookAt: (value.removedAt ?? now()) + next }, version);
  }

  /** Those of an agent, whatever became of them, which are so. */
  async select(agentId: string, wanted: (document: Document) => boolean): Promise<Known[]> {
    const found: Known[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.list({ agentId, limit: 500, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.filter(({ value }) => wanted(value)));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  async #known(identity: Identity) {
    const name = documentName(identity.name);
    if (name === '')
      throw new FatalError('invalid_field', 'The document needs a name with letters or numbers.', {
        field: 'name',
      });
    const id = documentIdOf({ ...identity, name });
    return { id, name, known: (await this.get(id))?.value };
  }

  async #scopeOf({ agentId, own, owner, readers }: NewDocument): Promise<string> {
    if (own !== undefined) return ownScope(agentId, own);
    const { connector, tenant } = owner;
    const within = connector !== undefined && tenant !== undefined ? { connector, tenant } : undefined;
    return this.#parts.sets.add(agentId, { readers, within });
  }

  async #put(
    id: string,
    given: Omit<NewDocument, 'bytes' | 'mediaType'> & { from?: string },
    made: Pick<Document, 'name' | 'scope' | 'digest' | 'mediaType' | 'size' | 'file'> & { head?: string },
  ): Promise<Document> {
    const { now } = this.#parts;
    const { agentId, source, owner, own, from, readers, taint } = given;
    const { head, ...of } = made;
    const put = await this.#records.change(id, (before) => ({
      ...{ agentId, source, owner, readers, ...of },
      ...(own !== undefined && { own }),
      ...(from !== undefined && { from }),
      ...(head === undefined && { borrowed: true }),
      ...(taint && { taint }),
      heads: [...(before?.heads ?? []), ...(head === undefined ? [] : [head])],
      version: (before?.version ?? 0) + 1,
      ...{ state: 'waiting', problems: [], tries: 0, chunks: before?.chunks ?? 0 },
      ...{ addedAt: now(), lookAt: now() },
    }));
    return put!;
  }
}

function unknownDocument(): FatalError {
  return new FatalError('not_found', 'There is no such document.', { field: 'id' });
}

function isSame(known: Document, now: Pick<Document, 'digest' | 'scope'>): boolean {
  return known.digest === now.digest && known.scope === now.scope && known.state !== 'failed';
}

/** Without a word of what it said, or was called. */
function removed({ agentId, version, heads }: Document, now: number): Document {
  return {
    ...{ agentId, version, heads, name: '', source: { kind: 'upload' }, owner: {}, readers: {}, scope: '' },
    ...{ digest: '', mediaType: '', size: 0, file: '', state: 'removed', problems: [], chunks: 0, tries: 0 },
    ...{ addedAt: now, removedAt: now, lookAt: now + lookAgainMs[0]! },
  };
}

function fileOwner(id: string, { agentId, owner, own }: NewDocument) {
  const { connector = 'hub', tenant = 'default', userId = id, channel } = owner;
  const place = channel ?? tenant;
  return { agentId, roomId: id, scope: own ?? id, connector, tenant, place, person: userId };
}

/** Names the file; no turn searches its scope. */
export function headMemory(
  id: string,
  { name, file, mediaType, size, addedAt }: Document,
  head: string,
  agentId: string,
): Memory {
  return {
    ...{ id: head, agentId, roomId: `${id}_file`, scope: `${id}_file`, kind: 'document', role: 'system' },
    author: { id, name },
    content: { text: name, attachments: [{ name, mediaType, size, file }], replyTo: null },
    source: { connector: 'hub', tenant: 'default', channel: id, messageId: `document:${head}` },
    ...{ status: 'kept', turnId: null, createdAt: addedAt },
  };
}
