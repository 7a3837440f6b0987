import { newId } from '../core/ids.js';
import type { Memory } from '../core/memory.js';
import type { MemoryAccess } from '../plugin/plugin.js';
import type { MemoryStore } from '../store/memory-store.js';

const maxFacts = 50;

/** The store as one room may see it. `origin` is the message being answered: new facts get its room and scope. */
export function memoryAccess(memories: MemoryStore, origin: Memory): MemoryAccess {
  const { agentId, scope } = origin;
  const scopes = [scope];
  const find = async (text: string, limit: number, kinds?: Memory['kind'][]) => {
    const found = await memories.search({ agentId, scopes, text, kinds, limit });
    return found.map(({ memory }) => memory);
  };
  const facts = (words?: string) =>
    words?.trim() ? find(words, maxFacts, ['fact']) : memories.facts(agentId, scopes, maxFacts);
  return {
    facts,
    search: (words, limit = 10) => find(words, limit),
    async remember(text) {
      const same = (await facts(text)).find((fact) => fact.content.text === text);
      return same ?? (await memories.append(toFact(text, origin))).memory;
    },
    async forget(ids) {
      // A plugin may hand on ids it got from a model: what is out of scope is passed over, not forgotten.
      const known = await Promise.all(ids.map((id) => memories.get(id)));
      return memories.forget(known.filter((memory) => memory?.scope === scope).map((memory) => memory!.id));
    },
  };
}

function toFact(text: string, origin: Memory): Memory {
  const id = newId();
  return {
    id,
    agentId: origin.agentId,
    roomId: origin.roomId,
    scope: origin.scope,
    kind: 'fact',
    role: 'user',
    author: origin.author,
    content: { text, attachments: [], replyTo: null },
    source: { ...origin.source, metadata: undefined, messageId: id },
    status: 'kept',
    turnId: null,
    createdAt: Date.now(),
  };
}
