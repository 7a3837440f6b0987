/** Conversations whose summary cannot be made, for operators. */
import { z } from 'zod';
import { defineNote } from '../../store/note.js';

export interface Unsummarised {
  agentId: string;
  /** Unix ms. */
  since: number;
  tries: number;
  code: string;
  message: string;
}

/** Loose: a newer version may know more. */
export const unsummarisedNote = defineNote<string, Unsummarised>({
  key: (roomId) => `unsummarised:${roomId}`,
  schema: z.looseObject({
    ...{ agentId: z.string(), code: z.string(), message: z.string() },
    ...{ since: z.number(), tries: z.number() },
  }),
});

/** One for each agent and reason. */
export function notesOf(found: readonly Unsummarised[]): string[] {
  const groups = new Map<string, { one: Unsummarised; rooms: number }>();
  for (const one of found) {
    const key = `${one.agentId} ${one.code}`;
    groups.set(key, { one, rooms: (groups.get(key)?.rooms ?? 0) + 1 });
  }
  return [...groups.values()].map(({ one: { agentId, message }, rooms }) => {
    const whose = rooms === 1 ? 'a conversation' : `${rooms} conversations`;
    return `${agentId}: the summary of ${whose} cannot be made, and is tried again: ${message}`;
  });
}
