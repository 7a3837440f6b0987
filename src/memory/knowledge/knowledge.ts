/** What agents know from documents, put together on one store. */
import type { Role } from '../../access/role.js';
import type { Agent } from '../../core/character.js';
import type { Memory } from '../../core/memory.js';
import type { Requester } from '../../core/requester.js';
import type { Logger } from '../../logger.js';
import type { DocumentAccess } from '../../plugin/plugin.js';
import type { FileQuota } from '../../store/file-store.js';
import type { Store } from '../../store/store.js';
import { documentAccess } from './document-access.js';
import { Documents } from './documents.js';
import { type Handed, handedOver } from './passages.js';
import { ReaderSets } from './reader-sets.js';
import type { Read } from './reading.js';
import { Readings } from './readings.js';
import { sentFiles } from './sent-files.js';

export interface KnowledgeParts {
  store: Pick<Store, 'records' | 'memories' | 'files'>;
  read: Read;
  /** Of what people keep. */
  quota: FileQuota;
  /** No other process has a part in it. */
  alone: boolean;
  /** Whether documents are read in this process. */
  reads: boolean;
  /** There are memories without vectors. */
  written(): void;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export class Knowledge {
  readonly documents: Documents;
  readonly readings: Readings;
  readonly #sets: ReaderSets;
  readonly #parts: KnowledgeParts;

  constructor(parts: KnowledgeParts) {
    const { store, read, alone, reads, written, now, log } = parts;
    this.#parts = parts;
    this.#sets = new ReaderSets(store.records, { alone, log });
    const documents: Documents = new Documents({
      ...{ store, sets: this.#sets, now, log },
      changed: () => reads && this.readings.soon(),
    });
    this.documents = documents;
    this.readings = new Readings({ store, documents, read, written, now, log });
  }

  /** See `ReaderSets`. */
  scopesFor(
    agentId: string,
    messages: readonly Pick<Memory, 'scope' | 'source'>[],
    roleOf: () => Promise<Role>,
  ): Promise<string[]> {
    return this.#sets.scopesFor(agentId, messages, roleOf);
  }

  handedOver(found: readonly Memory[]): Promise<Handed> {
    return handedOver(found, { documents: this.documents, memories: this.#parts.store.memories });
  }

  /** What the actions of a turn may do with documents. */
  access(messages: readonly Memory[], requester: () => Promise<Requester>): DocumentAccess {
    const { store, quota } = this.#parts;
    return documentAccess({ documents: this.documents, store, quota }, messages, requester);
  }

  /** Files that people send are read for the room they were sent in, unless the character says otherwise. Never fails. */
  async sent(agent: Agent, messages: readonly Memory[]): Promise<void> {
    if (!agent.character.memory.files) return;
    for (const file of messages.flatMap(sentFiles))
      await this.documents.addSent(file).catch((err) => {
        this.#parts.log.warn({ err, file: file.file }, 'a file that was sent is not read');
      });
  }

  stop(): Promise<void> {
    return this.readings.stop();
  }
}
