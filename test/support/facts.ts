import { type Memory, ownMemory } from '../../src/core/memory.js';
import type { Store } from '../../src/store/store.js';

/** A fact of whoever wrote this message, which does not say it: it stays when the fact is forgotten. */
export async function keptFact(store: Store, said: Memory, text: string): Promise<Memory> {
  const fact = ownMemory(said, {
    ...{ kind: 'fact', role: 'user', author: said.author, turnId: said.turnId },
    content: { text, attachments: [], replyTo: null },
    fact: { from: [], how: 'asked', confidence: 1, said: 1, version: 1 },
  });
  return (await store.memories.append(fact)).memory;
}
