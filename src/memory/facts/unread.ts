/** What of a room is to be read for facts. */
import type { Memory } from '../../core/memory.js';
import type { History } from '../../store/history.js';

/** Read at once. */
const mostMessages = 30;
export const mostChars = 12_000;
/** Longest look back where a room's reading begins, in messages. */
const mostLookedAt = 300;

export interface Unread {
  said: Memory[];
  /** There is more, for another time. */
  more: boolean;
}

/** People's messages that had their turns, oldest first, each with what its turn had read. */
export async function unreadOf(
  memories: Pick<History, 'history'>,
  roomId: string,
  from: string,
): Promise<Unread> {
  const found: Memory[] = [];
  let cursor: string | undefined;
  do {
    const page = { limit: 50, order: 'newest' as const, ...(cursor !== undefined && { cursor }) };
    const { items, nextCursor } = await memories.history(roomId, page);
    found.push(...items.filter(({ id }) => id >= from));
    cursor = items.some(({ id }) => id < from) ? undefined : (nextCursor ?? undefined);
  } while (cursor !== undefined && found.length < mostLookedAt);
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const taints = new Map(
    found.flatMap(({ role, turnId, taint }) =>
      role === 'assistant' && turnId !== null && taint ? [[turnId, taint] as const] : [],
    ),
  );
  const waiting = found.findIndex(({ status }) => status === 'pending');
  const over = waiting < 0 ? found : found.slice(0, waiting);
  const said: Memory[] = [];
  let chars = 0;
  for (const memory of over) {
    if (!isPersons(memory) || memory.status !== 'handled') continue;
    chars += memory.content.text.length;
    if (said.length > 0 && (said.length >= mostMessages || chars > mostChars)) return { said, more: true };
    const taint = taints.get(memory.turnId ?? '');
    said.push(taint ? { ...memory, taint } : memory);
  }
  return { said, more: false };
}

export function isPersons({ kind, role, author, content }: Memory): boolean {
  return kind === 'message' && role === 'user' && author.bot !== true && content.text.trim() !== '';
}

/** In the order in which they spoke first. */
export function byPerson(said: readonly Memory[]): Memory[][] {
  const people = new Map<string, Memory[]>();
  for (const memory of said) {
    const key = JSON.stringify([memory.source.tenant, memory.author.id]);
    people.set(key, [...(people.get(key) ?? []), memory]);
  }
  return [...people.values()];
}
