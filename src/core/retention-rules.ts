/** How long an agent keeps what, besides `memory.retentionDays`: by kind, by place, and how much of a room. */
import { z } from 'zod';
import type { RoomSource } from './memory.js';

const days = z.number().int().min(1).max(36_500).optional();
const ofRoom = {
  /** The newest messages of a room that are kept, with the answers among them. */
  messagesPerRoom: z.number().int().min(10).max(1_000_000).optional(),
  /** Days that files of messages are kept; the messages stay. */
  fileDays: days,
};

export const RetentionRules = z.strictObject({
  ...ofRoom,
  /** Days by kind; the shortest of all that count does. */
  kinds: z.strictObject({ message: days, summary: days, fact: days }).prefault({}),
  /** By `CONNECTOR`, `CONNECTOR/TENANT` or `CONNECTOR/TENANT:CHANNEL`: what a narrower one says counts there. */
  places: z
    .record(z.string().regex(/^[^/:\s]+(\/[^:\s]+(:\S+)?)?$/), z.strictObject({ days, ...ofRoom }))
    .default({}),
});
export type RetentionRules = z.infer<typeof RetentionRules>;

/** What counts in one room. */
export type RoomRules = RetentionRules['places'][string];

export function rulesIn(
  { messagesPerRoom, fileDays, places }: RetentionRules,
  { connector, tenant, channel }: RoomSource,
): RoomRules {
  const names = [connector, `${connector}/${tenant}`, `${connector}/${tenant}:${channel}`];
  const found = names.flatMap((name) => (Object.hasOwn(places, name) ? [defined(places[name]!)] : []));
  return Object.assign(defined({ messagesPerRoom, fileDays }), ...found);
}

/** Whether rooms have to be looked at one by one. */
export function looksAtRooms({ messagesPerRoom, fileDays, places }: RetentionRules): boolean {
  return messagesPerRoom !== undefined || fileDays !== undefined || Object.keys(places).length > 0;
}

function defined(rules: RoomRules): RoomRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
