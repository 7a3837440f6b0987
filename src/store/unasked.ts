/** What an agent says that nobody has just asked for: reminders, and messages that an operation gives it. */
import { derivedId } from '../core/ids.js';
import { type Memory, ownMemory } from '../core/memory.js';
import { outboundOf, turnOf } from '../core/turn.js';
import type { TurnStore } from './turn-store.js';

/** Where it is said. */
export type Room = Pick<Memory, 'agentId' | 'roomId' | 'scope' | 'source'>;

export interface Unasked {
  text: string;
  /** It is said once for this, in this room, however often it is called. */
  once: string;
  taint?: Memory['taint'];
  /** Who says it in the agent's name; absent: the agent itself. */
  author?: Memory['author'];
  /** It is what could not be said at its time. */
  owed?: boolean;
}

const owedPrefix = 'owed';

/** Whether it was owed, and so answers nothing that was written before it. */
export function wasOwed({ turnId }: Pick<Memory, 'turnId'>): boolean {
  return turnId?.startsWith(`${owedPrefix}_`) === true;
}

/**
 * Durable when it resolves: a turn that covers nothing, whose reply stands in history and in the outbox. The caller
 * schedules the room's deliveries.
 * @param now Unix ms; deliveries are planned by it
 */
export async function sayUnasked(
  turns: Pick<TurnStore, 'commit' | 'get'>,
  { agentId, roomId, scope, source }: Room,
  { text, once, taint, author = { id: agentId, bot: true }, owed }: Unasked,
  now: number,
): Promise<{ turnId: string; messageId: string | null; duplicate: boolean }> {
  const turnId = derivedId(owed ? owedPrefix : 'unasked', agentId, roomId, once);
  const reply = ownMemory(
    { agentId, roomId, scope, source },
    {
      ...{ kind: 'message', role: 'assistant', author, turnId },
      content: { text, attachments: [], replyTo: null },
      ...(taint && taint.length > 0 && { taint }),
    },
  );
  const turn = turnOf(
    { turnId, roomId, agentId, covers: [], steps: [] },
    { status: 'done', reply, attempt: 1, startedAt: reply.createdAt, finishedAt: reply.createdAt },
  );
  const outbound = outboundOf(reply, turnId, [source], now);
  const first = await turns.commit({ turn, reply, outbound });
  const said = first ? turn : await turns.get(turnId);
  return { turnId, messageId: said?.replyId ?? null, duplicate: !first };
}
