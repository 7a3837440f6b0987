import { type Memory, ownMemory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import type { MemoryAccess } from '../plugin/plugin.js';
import type { History } from '../store/history.js';
import { all } from '../store/paging.js';
import type { Search } from '../store/search.js';
import type { Forgetting } from './forgetting/forgetting.js';
import { whoseIs } from './forgetting/whose.js';

const maxFacts = 50;
const maxFound = 200;

/**
 * The store as one room may see it. `origin` is the message being answered: new facts get its room and scope, and its
 * author is the person who asks. `turnId` says of which turn they are, for when the message is deleted.
 */
export function memoryAccess(
  { memories, forgetting }: { memories: History & Search; forgetting: Pick<Forgetting, 'forget'> },
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
  const facts = (words?: string) =>
    words?.trim() ? find(words, maxFacts, ['fact']) : memories.facts(agentId, scopes, maxFacts);
  const everything = async () => {
    const found = await all((page) => memories.inScope(agentId, scope, page));
    return found.filter(({ status }) => status !== 'pending');
  };
  return {
    facts,
    search: (words, limit = 10) => find(words, limit),
    async own(words) {
      const found = words?.trim() ? await find(words, maxFound) : (await everything()).reverse();
      return found.filter(({ role, author }) => role === 'user' && author.id === origin.author.id);
    },
    async remember(text) {
      const same = (await facts(text)).find((fact) => fact.content.text === text);
      return same ?? (await memories.append(toFact(text, origin, turnId, taint))).memory;
    },
    // A plugin may hand on ids it got from a model: what is not the person's own, here, is passed over.
    async forget(ids) {
      const wish = { what: 'memories', ids, reach: 'topic' } as const;
      const { masked: _, ...gone } = await forgetting.forget(whoseIs(origin), wish);
      return Object.values(gone).reduce((sum, count) => sum + count, 0);
    },
  };
}

function toFact(text: string, origin: Memory, turnId: string, taint: readonly Origin[]): Memory {
  const content = { text, attachments: [], replyTo: null };
  return ownMemory(origin, {
    ...{ kind: 'fact', role: 'user', author: origin.author, content, turnId },
    ...(taint.length > 0 && { taint: [...taint] }),
  });
}
