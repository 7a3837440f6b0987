/** One conversation stored as a hub stores it, and questions asked as a turn asks them. */
import { newId } from '../../../dist/src/core/ids.js';
import { type Memory, roomIdOf, sharedScopeOf } from '../../../dist/src/core/memory.js';
import type { Embedder } from '../../../dist/src/llm/llm.js';
import { createLogger } from '../../../dist/src/logger.js';
import { Embedding } from '../../../dist/src/memory/embedding.js';
import { MemoryManager } from '../../../dist/src/memory/memory-manager.js';
import type { Candidates, CandidatesRequest } from '../../../dist/src/store/search.js';
import type { Store } from '../../../dist/src/store/store.js';
import type { Conversation } from './locomo.js';

export const ks = [5, 10, 25] as const;
/** Percent of the evidence among the first k. */
export type Figures = Record<(typeof ks)[number], number>;

const agentId = 'bench';
/** What a small server takes within its deadline. */
const atOnce = 50;

export interface StoredConversation extends Conversation {
  scope: string;
  /** The turn of each memory. */
  turnOf: Map<string, string>;
}

/** Everybody's words under their names, at the times of their sessions, and all their vectors. */
export async function fill(
  store: Store,
  conversations: readonly Conversation[],
  embedder: Embedder,
  { named = true } = {},
): Promise<StoredConversation[]> {
  const stored: StoredConversation[] = [];
  for (const conversation of conversations) {
    const place = { connector: 'bench', tenant: 'default', channel: `${conversation.name} ${named}` };
    const roomId = roomIdOf(agentId, place);
    const scope = sharedScopeOf(roomId);
    const speakers = [...new Set(conversation.turns.map(({ speaker }) => speaker))];
    const turnOf = new Map<string, string>();
    const appends: Promise<unknown>[] = [];
    for (const { id: turn, speaker, text, at } of conversation.turns) {
      const id = newId();
      turnOf.set(id, turn);
      const memory: Memory = {
        ...{ id, agentId, roomId, scope, kind: 'message', role: 'user' },
        author: { id: `10${speakers.indexOf(speaker)}`, ...(named && { name: speaker }) },
        content: { text, attachments: [], replyTo: null },
        source: { ...place, messageId: id },
        ...{ status: 'kept', turnId: null, createdAt: at },
      };
      // Many at once, in their order: they share a flush.
      appends.push(store.memories.append(memory));
      if (appends.length === atOnce) await Promise.all(appends.splice(0));
    }
    await Promise.all(appends);
    stored.push({ ...conversation, scope, turnOf });
  }
  await embeddingOf(store, embedder).fill();
  return stored;
}

/** How a turn recalls; `change` has a look at what the store gives first. */
export function managerOf(
  store: Store,
  embedder: Embedder | null,
  change: (found: Candidates, request: CandidatesRequest) => Candidates | Promise<Candidates> = (found) =>
    found,
  without: Partial<CandidatesRequest['questions'][number]> = {},
): MemoryManager {
  const { memories } = store;
  const changed = Object.assign(Object.create(memories) as typeof memories, {
    candidates: async (request: CandidatesRequest) => {
      const questions = request.questions.map((question) => ({ ...question, ...without }));
      return change(await memories.candidates({ ...request, questions }), request);
    },
  });
  return new MemoryManager(changed, embeddingOf(store, embedder));
}

function embeddingOf({ memories, notes }: Store, embedder: Embedder | null): Embedding {
  return new Embedding({ memories, notes, embedder, log: createLogger('silent') });
}

/** @param once asks for the most places alone: the first of those are what fewer places get */
export async function measure(
  manager: MemoryManager,
  conversations: readonly StoredConversation[],
  once = true,
) {
  const sums: Figures = { 5: 0, 10: 0, 25: 0 };
  let count = 0;
  for (const { scope, turnOf, questions } of conversations) {
    for (const { text, evidence } of questions) {
      const asked = { agentId, scopes: [scope], questions: [text], exclude: new Set<string>() };
      const most = await manager.recall({ ...asked, limit: Math.max(...ks) });
      count++;
      for (const k of ks) {
        const { hits } = once ? most : await manager.recall({ ...asked, limit: k });
        const found = new Set(hits.slice(0, k).map(({ memory }) => turnOf.get(memory.id)!));
        sums[k] += evidence.filter((turn) => found.has(turn)).length / evidence.length;
      }
    }
  }
  return Object.fromEntries(ks.map((k) => [k, round((100 * sums[k]) / count)])) as Figures;
}

function round(percent: number): number {
  return Math.round(10 * percent) / 10;
}

/** Texts are embedded once, and questions all together beforehand: what is measured is what is found. */
export function remembering(embedder: Embedder): Embedder & { learn(texts: string[]): Promise<void> } {
  const known = new Map<string, Float32Array>();
  const learn = async (texts: string[]) => {
    const unknown = [...new Set(texts.filter((text) => !known.has(text)))];
    for (let from = 0; from < unknown.length; from += 256) {
      const some = unknown.slice(from, from + 256);
      const vectors = await embedder.embed(some);
      for (const [i, text] of some.entries()) known.set(text, vectors[i]!);
    }
  };
  return {
    ...{ id: embedder.id, dimensions: embedder.dimensions, learn },
    async embed(texts) {
      await learn(texts);
      return texts.map((text) => known.get(text)!);
    },
    close: () => embedder.close(),
  };
}
