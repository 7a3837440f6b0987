import { type Memory, ownMemory } from '../../src/core/memory.js';
import type { Store } from '../../src/store/store.js';

/** A fact that whoever wrote this message asked to be kept. */
export async function keptFact(store: Store, said: Memory, text: string): Promise<Memory> {
  const fact = ownMemory(said, {
    ...{ kind: 'fact', role: 'user', author: said.author, turnId: said.turnId },
    content: { text, attachments: [], replyTo: null },
    fact: { from: [said.id], how: 'asked', confidence: 1, said: 1, version: 1 },
  });
  return (await store.memories.append(fact)).memory;
}
