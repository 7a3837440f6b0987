/**
 * The contract of `src/store`: what every engine promises, told through the ports alone. A difference between
 * engines is an option of this suite, and says why it is one.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { isRetryable } from '../../src/errors.js';
import type { SearchRequest } from '../../src/store/search.js';
import type { Store } from '../../src/store/store.js';
import type { Tampering } from '../store/tampering.js';
import { auditContract } from './store/audit.js';
import { auditChainContract } from './store/audit-chain.js';
import { candidatesContract } from './store/candidates.js';
import { changesContract } from './store/changes.js';
import { commitsContract } from './store/commits.js';
import { deliveriesContract } from './store/deliveries.js';
import { elsewhereContract } from './store/elsewhere.js';
import { embeddingContract } from './store/embedding.js';
import { expiryContract } from './store/expiry.js';
import { factsContract } from './store/facts.js';
import { filesContract } from './store/files.js';
import { historyContract } from './store/history.js';
import { notesContract } from './store/notes.js';
import { outboxContract } from './store/outbox.js';
import { pendingContract } from './store/pending.js';
import { peopleContract } from './store/people.js';
import { recordsContract } from './store/records.js';
import { reopeningContract } from './store/reopening.js';
import { roomsContract } from './store/rooms.js';
import { message, texts } from './store/samples.js';
import { searchContract } from './store/search.js';
import type { StoreSubject } from './store/subject.js';
import { tokensContract } from './store/tokens.js';
import { turnListContract } from './store/turn-list.js';
import { turnsContract } from './store/turns.js';

export { checkpointOf, commitOf, message, newFile } from './store/samples.js';

export interface OpenedStore {
  store: Store;
  /** Closes the store and opens it again over the same data. */
  reopen(): Promise<Store>;
  /** Another store over the same data; absent where a store must be the only one. */
  another?(): Promise<Store>;
  /** What somebody can do to its audit rows behind its back. */
  tampering: Tampering;
  /** Closes the store and removes its data. */
  dispose(): Promise<void>;
}

export interface StoreContractOptions {
  /** Search may run this far behind writes; 0 when what is stored is found at once. Say why it is not 0. */
  searchLag?: { ms: number; reason: string };
  /** What has expired may be there for so long; 0 when it is gone at once. Say why it is not 0. */
  expiryLag?: { ms: number; reason: string };
  /** What cannot be promised, each with its reason. */
  cannot?: Partial<Record<'stem' | 'compareVectors' | 'updateAtOnce' | 'keyOverRooms', string>>;
}

export function storeContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { searchLag, expiryLag, cannot = {} }: StoreContractOptions = {},
): void {
  describe(`${name}: the store contract`, () => {
    let opened: OpenedStore;
    let store: Store;
    let other: Store | undefined;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await other?.close();
      other = undefined;
      await opened.dispose();
    });

    const reopen = async () => {
      store = await opened.reopen();
    };
    const another = async () => {
      other ??= await opened.another?.();
      return other ?? null;
    };
    const append = async (...memories: Memory[]) => {
      for (const memory of memories) await store.memories.append(memory);
    };
    const search = async (request: Partial<SearchRequest>) => {
      const found = await store.memories.search({
        agentId: 'ada',
        scopes: ['s'],
        text: '',
        limit: 10,
        ...request,
      });
      return found.map(({ memory }) => memory.content.text);
    };
    /** Retries an expectation for as long as this engine's search may lag. */
    const eventually = (expectation: () => Promise<void>) =>
      searchLag ? vi.waitFor(expectation, { timeout: searchLag.ms, interval: 100 }) : expectation();
    /** The same for what has expired. */
    const inTime = (expectation: () => Promise<void>) =>
      expiryLag ? vi.waitFor(expectation, { timeout: expiryLag.ms, interval: 100 }) : eventually(expectation);
    const waitingTexts = async (limit = 10) => texts((await store.turns.claim('room', limit)).messages);

    it('says what it is and that it is there', async () => {
      expect(store.description.engine).not.toBe('');
      await store.ping();
    });

    it('refuses everything after it is closed, with a retryable store_unavailable', async () => {
      await store.close();
      const error = await store.memories.append(message()).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'store_unavailable' });
      expect(isRetryable(error)).toBe(true);
      await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      await store.close();
    });

    const subject: StoreSubject = {
      get store() {
        return store;
      },
      get tampering() {
        return opened.tampering;
      },
      ...{ reopen, another, append, search, eventually, inTime, waitingTexts, cannot, expiryLag },
    };
    pendingContract(subject);
    commitsContract(subject);
    historyContract(subject);
    searchContract(subject);
    candidatesContract(subject);
    changesContract(subject);
    factsContract(subject);
    elsewhereContract(subject);
    embeddingContract(subject);
    expiryContract(subject);
    outboxContract(subject);
    notesContract(subject);
    recordsContract(subject);
    filesContract(subject);
    tokensContract(subject);
    roomsContract(subject);
    peopleContract(subject);
    turnListContract(subject);
    turnsContract(subject);
    reopeningContract(subject);
    deliveriesContract(subject);
    auditContract(subject);
    auditChainContract(subject);
  });
}
