/** Which sets of readers the documents of an agent have: a turn searches the scopes of those that it belongs to. */
import { z } from 'zod';
import { freshMs } from '../../access/freshness.js';
import type { Role } from '../../access/role.js';
import type { Memory } from '../../core/memory.js';
import { Readers } from '../../core/readers.js';
import type { Logger } from '../../logger.js';
import { all } from '../../store/paging.js';
import { defineRecord, type TypedRecords } from '../../store/record.js';
import type { RecordStore } from '../../store/record-store.js';
import { mayRead, ownScope, type ReaderSet, scopeOfReaders } from './document.js';

const Stored = z.looseObject({
  agentId: z.string(),
  readers: Readers,
  within: z.looseObject({ connector: z.string(), tenant: z.string() }).optional(),
});
type Stored = z.infer<typeof Stored>;

const readerSetRecord = defineRecord<Stored>({
  kind: 'document-readers',
  schema: Stored,
  group: ({ agentId }) => agentId,
});

interface Known {
  sets: (ReaderSet & { scope: string })[];
  /** Of the performance clock. */
  readAt: number;
}

export class ReaderSets {
  readonly #records: TypedRecords<Stored>;
  readonly #alone: boolean;
  readonly #known = new Map<string, Promise<Known>>();

  /** @param options `alone`: no other process adds any. */
  constructor(records: RecordStore, { alone, log }: { alone: boolean; log: Logger }) {
    this.#records = readerSetRecord.in(records, log);
    this.#alone = alone;
  }

  /** Their scope. Durable when it resolves. */
  async add(agentId: string, { readers, within }: ReaderSet): Promise<string> {
    const scope = scopeOfReaders(agentId, { readers, within });
    await this.#records.put(scope, { agentId, readers, ...(within && { within }) }, 0);
    this.#known.delete(agentId);
    return scope;
  }

  /**
   * The scopes of documents that these messages may be answered from.
   * @param roleOf asked only where it matters
   */
  async scopesFor(
    agentId: string,
    messages: readonly Pick<Memory, 'scope' | 'source'>[],
    roleOf: () => Promise<Role>,
  ): Promise<string[]> {
    const sets = await this.#of(agentId);
    const needsRole = sets.some(({ readers }) => readers.role !== undefined);
    const role = needsRole ? await roleOf() : 'guest';
    const open = sets.filter((set) =>
      messages.every(({ source, scope }) => mayRead(set, { source, scope, role })),
    );
    const own = messages.map(({ scope }) => ownScope(agentId, scope));
    return [...new Set([...open.map(({ scope }) => scope), ...own])];
  }

  async #of(agentId: string): Promise<Known['sets']> {
    const known = this.#known.get(agentId);
    if (known) {
      const { sets, readAt } = await known;
      if (this.#alone || performance.now() - readAt < freshMs) return sets;
    }
    const reading = this.#read(agentId);
    this.#known.set(agentId, reading);
    reading.catch(() => this.#known.delete(agentId));
    return (await reading).sets;
  }

  async #read(agentId: string): Promise<Known> {
    const readAt = performance.now();
    const found = await all((page) => this.#records.list({ ...page, group: agentId }));
    return { sets: found.map(({ id, value }) => ({ scope: id, ...value })), readAt };
  }
}
