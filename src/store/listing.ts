/** What the lists that management asks for have in common; see `History.rooms`, `History.ofPerson`, `TurnStore.list`. */
import { isDirect, type RoomSource, roomSourceOf } from '../core/memory.js';
import type { RoomSummary } from './history.js';

/** Rows or documents looked at in one step: some milliseconds. */
export const lookedAt = 1_000;

/** Counting goes no further: who asks compares with what fits in a prompt, and an index is read to count. */
export const mostCounted = 1_000;

/** @param room its source may be that of a message, and its scope that of any of its memories. */
export function summaryOf(
  room: Omit<RoomSummary, 'direct'> & { source: RoomSource; scope: string },
): RoomSummary {
  const { scope, source, ...rest } = room;
  const direct = isDirect(scope);
  return { ...rest, source: roomSourceOf(source), ...(direct !== undefined && { direct }) };
}
