import type { Memory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import type { MemoryAccess } from '../plugin/plugin.js';
import { echoesOf } from '../store/echoes.js';
import type { Forgotten } from '../store/forgotten.js';
import type { History } from '../store/history.js';
import { all } from '../store/paging.js';
import type { Search } from '../store/search.js';
import type { KnownFacts } from './facts/facts-on.js';
import { refusedFact } from './facts/keeper.js';
import { holds, isDenied } from './facts/known.js';
import type { Scopes } from './scopes.js';

const maxFacts = 50;
const maxFound = 200;

export interface MemoryAccessParts {
  memories: History & Search;
  forgotten: Pick<Forgotten, 'note'>;
  facts: KnownFacts;
  /** What may be seen of facts. */
  scopes(): Promise<Scopes>;
}

/**
 * The store as one room may see it. `origin` is the message being answered: new facts get its room and scope, and its
 * author is the person who asks. `turnId` says of which turn they are, for when the message is deleted.
 */
export function memoryAccess(
  { memories, forgotten, facts, scopes: seen }: MemoryAccessParts,
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
    async forget(ids) {
      // A plugin may hand on ids it got from a model: what is out of scope is passed over, not forgotten.
      const known = await Promise.all(ids.map((id) => memories.get(id)));
      const asked = known.filter((memory) => memory !== null && memory.scope === scope) as Memory[];
      if (asked.length === 0) return 0;
      await forgotten.note(asked);
      const echoes = echoesOf(asked, await everything());
      if (echoes.length > 0) await memories.forget(echoes.map(({ id }) => id));
      return memories.forget(asked.map(({ id }) => id));
    },
  };
}
