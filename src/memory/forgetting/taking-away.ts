/** Takes memories away, with their words wherever else they are. */
import type { Memory } from '../../core/memory.js';
import type { Forgotten } from '../../store/forgotten.js';
import type { Store } from '../../store/store.js';
import { takeOut } from './elsewhere.js';
import { ForgottenWords } from './forgotten-words.js';
import { roomsOf } from './found.js';
import { filesIn, goneOf, type Trace } from './trace.js';
import { type Whose, whoseIs } from './whose.js';

export interface Stores {
  store: Pick<Store, 'memories' | 'turns' | 'outbox' | 'notes' | 'records'>;
  forgotten: Pick<Forgotten, 'note'>;
}

/** Removed at once. */
const batch = 500;

/** Derived things first, sources last; may be repeated. `known`: what else goes, by its id alone. */
export async function takeAway(
  { store, forgotten }: Stores,
  trace: Trace,
  whose: Whose & { scope: string },
  { everything = false, known = [] }: { everything?: boolean; known?: string[] } = {},
): Promise<void> {
  const { messages, replies, masked, tainted, words } = trace;
  const gone = goneOf(trace);
  const ids = [...new Set([...known, ...gone.map(({ id }) => id)])];
  if (ids.length + masked.length + tainted.length === 0) return;
  await forgotten.note(gone);
  for (const { memory, text, more } of masked) await store.memories.edit(memory.id, text, more);
  for (const { memory, taint } of tainted) {
    // As it is by now.
    const now = await store.memories.get(memory.id);
    if (now) await store.memories.edit(memory.id, now.content.text, { taint });
  }
  const touched = [...gone, ...[...masked, ...tainted].map(({ memory }) => memory)];
  if (touched.length > 0)
    await takeOut(store, {
      ...{ words, whose, everything, scopes: new Set([whose.scope]), roomIds: roomsOf(touched) },
      files: filesIn(trace),
      since: Math.min(...touched.map(({ createdAt }) => createdAt)),
      turnIds: [...new Set([...messages, ...replies].flatMap(({ turnId }) => turnId ?? []))],
    });
  for (let at = 0; at < ids.length; at += batch) await store.memories.forget(ids.slice(at, at + batch));
}

/** Returns how many went. What is cut off can be begun again. */
export async function removeFound({ store, forgotten }: Stores, found: readonly Memory[]): Promise<number> {
  const said = found.filter(({ role }) => role === 'user');
  await forgotten.note(found);
  if (said.length > 0)
    await takeOut(store, {
      ...{ words: ForgottenWords.of(said, []), whose: whoseIs(said[0]!), everything: false },
      files: new Set(found.flatMap(({ content }) => content.attachments.map(({ name }) => name))),
      ...{ scopes: new Set(found.map(({ scope }) => scope)), roomIds: roomsOf(found) },
      since: Math.min(...found.map(({ createdAt }) => createdAt)),
      turnIds: [...new Set(found.flatMap(({ turnId }) => turnId ?? []))],
    });
  // The newest first, so that what is cut off can be begun again.
  const ids = [...new Set(found.map(({ id }) => id))].sort().reverse();
  let gone = 0;
  for (let at = 0; at < ids.length; at += batch)
    gone += await store.memories.forget(ids.slice(at, at + batch));
  return gone;
}
