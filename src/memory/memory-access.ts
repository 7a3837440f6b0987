import type { Memory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import type { MemoryAccess } from '../plugin/plugin.js';
import type { History } from '../store/history.js';
import { all } from '../store/paging.js';
import type { Search } from '../store/search.js';
import type { KnownFacts } from './facts/facts-on.js';
import { refusedFact } from './facts/keeper.js';
import { holds, isDenied } from './facts/known.js';
import type { Forgetting } from './forgetting/forgetting.js';
import { whoseIs } from './forgetting/whose.js';
import type { Scopes } from './scopes.js';

const maxFacts = 50;
const maxFound = 200;

export interface MemoryAccessParts {
  memories: History & Search;
  forgetting: Pick<Forgetting, 'forget'>;
  facts: KnownFacts;
  /** What may be seen of facts. */
  scopes(): Promise<Scopes>;
}

/**
 * The store as one room may see it. `origin` is the message being answered: new facts get its room and scope, and its
 * author is the person who asks. `turnId` says of which turn they are, for when the message is deleted.
 */
export function memoryAccess(
  { memories, forgetting, facts, scopes: seen }: MemoryAccessParts,
  origin: Memory,
  turnId: string,
  taint: readonly Origin[],
): MemoryAccess {
  const { agentId, scope } = origin;
  const scopes = [scope];
  const find = async (text: string, limit: number, kinds?: Memory['kind'][]) => {
    const found = await memories.search({ agentId, scopes, text, kinds, limit });
    return found.map(({ memory }) => memory);
  };
  const told = async (words: string | undefined, isPast: boolean) => {
    const here = await seen();
    const known = isPast
      ? (await facts.told.every(agentId, here)).filter((fact) => !holds(fact, Date.now()) && !isDenied(fact))
      : await facts.told.standing(agentId, here);
    if (!words?.trim()) return known.slice(0, maxFacts);
    const request = { agentId, scopes: [...new Set([...here.facts, ...known.map(({ scope }) => scope)])] };
    const found = await memories.search({ ...request, text: words, kinds: ['fact'], limit: maxFacts });
    const ids = new Map(known.map((fact) => [fact.id, fact]));
    return found.flatMap(({ memory }) => ids.get(memory.id) ?? []);
  };
  const everything = async () => {
    const found = await all((page) => memories.inScope(agentId, scope, page));
    return found.filter(({ status }) => status !== 'pending');
  };
  return {
    facts: (words) => told(words, false),
    past: (words) => told(words, true),
    search: async (words, limit = 10) => (await find(words, limit)).filter((memory) => !isDenied(memory)),
    async own(words) {
      const found = words?.trim() ? await find(words, maxFound) : (await everything()).reverse();
      return found.filter(({ role, author }) => role === 'user' && author.id === origin.author.id);
    },
    async remember(text) {
      const { id, author: owner, createdAt: at, kind } = origin;
      // A trigger is nobody's words: what it makes the agent keep names no message.
      const from = kind === 'message' ? [id] : [];
      const wish = { room: origin, owner, text, how: 'asked', from, at, turnId, taint } as const;
      const { fact, refused } = await facts.keeper.keep(wish);
      if (!fact) throw refusedFact(refused!);
      return fact;
    },
    // A plugin may hand on ids it got from a model: what is not the person's own, here, is passed over.
    async forget(ids, words) {
      const wish = { what: 'memories', ids, reach: 'topic', words } as const;
      const { masked: _, ...gone } = await forgetting.forget(whoseIs(origin), wish);
      return Object.values(gone).reduce((sum, count) => sum + count, 0);
    },
  };
}
