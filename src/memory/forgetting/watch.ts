/** Looks at what came after something was forgotten, of turns that had begun before and may still know it. */
import type { Memory } from '../../core/memory.js';
import { each } from '../../store/paging.js';
import type { Store } from '../../store/store.js';
import { ForgottenWords, forgottenText } from './forgotten-words.js';
import type { Order } from './order.js';

/** Of a room, in which a turn runs for minutes at most. */
const mostLookedAt = 500;
/** A reply is made so long before it is stored, at most, in ms. */
const answeringMs = 60_000;

export interface Watched extends Pick<Order, 'roomIds' | 'scopes' | 'at'> {
  agentId: string;
  words: NonNullable<Order['words']>;
  /** Whether it is theirs who forgets. */
  own(memory: Memory): boolean;
  /** Nothing stays that they said before then, whatever it says. */
  whole?: boolean;
}

/** May be repeated. What people say anew since, and what is answered to that, stays. */
export async function lookAfter(
  { memories, turns }: Pick<Store, 'memories' | 'turns'>,
  { agentId, own, words: keyed, roomIds, scopes, at, whole = false }: Watched,
  keyOf: (word: string) => string,
): Promise<void> {
  const words = ForgottenWords.kept(keyed, keyOf);
  const gone: string[] = [];
  const spent: string[] = [];
  for (const roomId of roomIds) {
    const since: Memory[] = [];
    let looked = 0;
    for await (const memory of each((page) => memories.history(roomId, { ...page, order: 'newest' }))) {
      // A message that waited then is older.
      if (looked++ >= mostLookedAt) break;
      since.push(memory);
    }
    for (const memory of since) {
      const { id, role, content, createdAt } = memory;
      const answered = content.replyTo === null ? null : await memories.get(content.replyTo);
      if (role === 'assistant') {
        const lost = content.replyTo !== null && !answered;
        const since = whole && lost ? at - answeringMs : at;
        if (createdAt < since || (answered && answered.createdAt > at)) continue;
        if (lost || (words.echoedIn(content.text) && (!answered || own(answered)))) gone.push(id);
      } else if (whole && createdAt <= at && own(memory)) gone.push(id);
      else if (createdAt <= at && own(memory) && words.echoedIn(content.text))
        // The wish itself: it was being answered, so it stays, without its words.
        await memories.edit(id, forgottenText);
    }
    for await (const { turnId, startedAt, finishedAt, covers, status } of each((page) =>
      turns.list({ ...page, roomId }),
    )) {
      if (finishedAt < at) break;
      if (startedAt <= at && covers.length > 0 && status !== 'waiting') spent.push(turnId);
    }
  }
  for (const scope of scopes)
    for (const fact of await memories.facts(agentId, [scope], 50)) {
      if (fact.createdAt < at || !fact.fact || !own(fact)) continue;
      const from = await Promise.all(fact.fact.from.map((id) => memories.get(id)));
      if (from.every((said) => said === null)) gone.push(fact.id);
    }
  for (const turnId of spent) await turns.edit(turnId, { steps: [] });
  if (gone.length > 0) await memories.forget(gone);
}
