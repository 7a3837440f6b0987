/** Memories such as people leave, stored without a hub. */
import { newId } from '../../dist/src/core/ids.js';
import { type Memory, roomIdOf, scopeOf } from '../../dist/src/core/memory.js';
import type { Store } from '../../dist/src/store/store.js';
import { sentence } from './figures.js';

export const agentId = 'assistant';
const dimensions = 512;
export const embedder = 'bench:random';
/** Written at once: they share a flush. */
const batch = 500;

/** The nth message of a shared room; person and agent take turns. */
export function memory(n: number, room: string, changed: Partial<Memory> = {}): Memory {
  const id = newId();
  const author = { id: room };
  const source = { connector: 'bench', tenant: 'default', channel: room, messageId: id };
  return {
    ...{ id, agentId, roomId: roomIdOf(agentId, source), source },
    scope: scopeOf({ agentId, author, source, direct: false }),
    ...{ kind: 'message', role: n % 2 === 0 ? 'user' : 'assistant', author },
    content: { text: sentence(n), attachments: [], replyTo: null },
    ...{ status: 'kept', turnId: null, createdAt: Date.now(), ...changed },
  };
}

/** @param vectorOf with it, each memory is embedded as well. */
export async function fill(
  store: Store,
  count: number,
  make: (n: number) => Memory,
  vectorOf?: (n: number) => Float32Array,
) {
  for (let from = 0; from < count; from += batch) {
    const made = Array.from({ length: Math.min(batch, count - from) }, (_, i) => make(from + i));
    await Promise.all(made.map((one) => store.memories.append(one)));
    if (!vectorOf) continue;
    const embeddings = made.map(({ id }, i) => ({ id, values: vectorOf(from + i) }));
    await store.memories.saveEmbeddings(embedder, embeddings);
  }
}

/** Of length 1, in the direction that random numbers from 0 to 1 give. */
export function vector(random: () => number): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** What somebody may ask about a room of `memory`. */
export function question(n: number, room: string) {
  const { scope } = memory(n, room);
  const text = `what about ${sentence(n * 17)}?`;
  return { agentId, scopes: [scope], text, vector: { embedder, values: vector(Math.random) }, limit: 8 };
}
