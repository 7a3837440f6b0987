/**
 * Which files memories name, and the end of those that none names. A memory's attachments are the only record of it, so
 * appending one costs nothing for files. Instead, every file has a time to be looked at (`lookAt`): an hour after it
 * was put; as soon as a memory that names it is forgotten or dated; and else once a week, for what others have removed:
 * the server's TTL monitor, an older hub beside this one, a process that died half way.
 *
 * Older hubs store files without any of this, under the hash of their bytes. They are looked at an hour after they were
 * first seen, and get the owner of a memory that names them. Not promised: where an older hub stores the same bytes in
 * the very moment in which the last memory that names them is forgotten, the new message may be left without its file.
 */
import type { Collection, Filter } from 'mongodb';
import { countedFor, countedSize, ownerOf, unnamedMs } from '../file-store.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { type ChunkDocument, chunkId, chunksOf, type FileDocument } from './file-documents.js';

const nextLookMs = 7 * 24 * 3600 * 1000;

/** The monitor wakes once a minute. */
const datedMs = 150_000;

const namingFields = {
  ...{ 'content.attachments.file': 1, expiresAt: 1, agentId: 1, roomId: 1, scope: 1 },
  ...{ 'author.id': 1, 'source.connector': 1, 'source.tenant': 1, 'source.channel': 1 },
};

export class FileUses {
  readonly #connection: Connection;
  readonly #files: Collection<FileDocument>;
  readonly #chunks: Collection<ChunkDocument>;
  readonly #memories: Collection<MemoryDocument>;
  readonly #archive: Collection<MemoryDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#files = connection.collection('files');
    this.#chunks = connection.collection('chunks');
    this.#memories = connection.collection('memories');
    this.#archive = connection.collection('archive');
  }

  /** Call it before memories that name them are removed or dated, so that a crash in between is repaired. */
  async lookSoon(ids: string[], dated = false): Promise<void> {
    if (ids.length === 0) return;
    const lookAt = Date.now() + (dated ? datedMs : 0);
    await this.#set({ _id: { $in: ids } }, { lookAt });
  }

  async release(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const named = await this.#naming(ids);
    return this.remove(ids.filter((id) => !named.has(id)));
  }

  async sweep(now: number, limit: number): Promise<number> {
    const fields = { projection: { owner: 1, size: 1, lookAt: 1 } };
    const due = await this.#find({ lookAt: { $lte: now } }, { sort: { lookAt: 1 }, limit, ...fields });
    const left = limit - due.length;
    if (left > 0) due.push(...(await this.#find({ lookAt: { $exists: false } }, { limit: left, ...fields })));
    const named = await this.#naming(due.map(({ _id }) => _id));
    const unnamed: string[] = [];
    const settled: string[] = [];
    const waiting: string[] = [];
    const fresh: string[] = [];
    for (const file of due) {
      const naming = named.get(file._id);
      if (!naming) (file.lookAt === undefined ? fresh : unnamed).push(file._id);
      else if (naming.every(({ expiresAt }) => expiresAt)) waiting.push(file._id);
      else if (file.owner) settled.push(file._id);
      else await this.#adopt(file, naming[0]!, now + nextLookMs);
    }
    await this.#set({ _id: { $in: settled } }, { lookAt: now + nextLookMs });
    await this.#set({ _id: { $in: waiting } }, { lookAt: now + datedMs });
    await this.#set({ _id: { $in: fresh } }, { lookAt: now + unnamedMs });
    await this.remove(unnamed);
    return due.length;
  }

  /** First the bytes, so that what is cut off is taken up again. */
  async remove(ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const found = await this.#find({ _id: { $in: ids } }, { projection: { size: 1 } });
    const chunks = found.flatMap((file) =>
      Array.from({ length: chunksOf(file) }, (_, i) => chunkId(file._id, i)),
    );
    if (chunks.length > 0)
      await this.#connection.repeatable(() => this.#chunks.deleteMany({ _id: { $in: chunks } }));
    await this.#connection.repeatable(() => this.#files.deleteMany({ _id: { $in: ids } }));
    return found.length;
  }

  /** By file, the memories that name it, archived ones included. */
  async #naming(ids: string[]): Promise<Map<string, MemoryDocument[]>> {
    const naming = new Map<string, MemoryDocument[]>();
    if (ids.length === 0) return naming;
    const wanted = new Set(ids);
    const filter = { 'content.attachments.file': { $in: ids } } as Filter<MemoryDocument>;
    // One after the other: what is archived meanwhile is copied before it leaves the first.
    for (const collection of [this.#memories, this.#archive]) {
      for (const memory of await this.#connection.find(collection, filter, { projection: namingFields })) {
        for (const { file } of memory.content?.attachments ?? [])
          if (wanted.has(file)) naming.set(file, [...(naming.get(file) ?? []), memory]);
      }
    }
    return naming;
  }

  async #adopt({ _id, size }: FileDocument, memory: MemoryDocument, lookAt: number): Promise<void> {
    const { agentId, roomId, scope, author, source } = memory;
    const owner = ownerOf({ agentId, roomId, scope: scope!, author: author!, source: source! });
    await this.#set({ _id }, { owner, ...countedFor(owner), counted: countedSize(size), lookAt });
  }

  #find(filter: Filter<FileDocument>, options: Parameters<Connection['find']>[2]): Promise<FileDocument[]> {
    return this.#connection.find(this.#files, filter, options);
  }

  async #set(filter: Filter<FileDocument>, fields: Partial<FileDocument>): Promise<void> {
    const { $in } = (filter._id ?? {}) as { $in?: string[] };
    if ($in?.length === 0) return;
    await this.#connection.repeatable(() => this.#files.updateMany(filter, { $set: fields }));
  }
}

/** Ids of the files that these documents name. */
export function filesOf(documents: Pick<MemoryDocument, 'content'>[]): string[] {
  return [
    ...new Set(documents.flatMap(({ content }) => (content?.attachments ?? []).map(({ file }) => file))),
  ];
}
