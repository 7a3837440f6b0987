/**
 * Where events lie: batches, each a record whose id is its number, one more than the one before. A batch is put only where
 * the one before it is durable, by whichever process: so whoever has read up to a number has missed nothing below it.
 */
import { z } from 'zod';
import { defineNote } from '../store/note.js';
import { defineRecord } from '../store/record.js';
import { HubEvent } from './event.js';

/** How long events can be read, in ms. */
const keptMs = 7 * 86_400_000;
/** Events are written for so long after somebody has read any, in ms. */
export const wantedMs = 86_400_000;

export const EventBatch = z.looseObject({
  /** By which a process knows its own again, where nobody could say whether it was written. */
  key: z.string(),
  /** Unix ms. */
  at: z.number(),
  /** Until then events of this process were not kept; absent: none are missing. */
  gap: z.number().optional(),
  events: z.array(HubEvent),
});
export type EventBatch = z.infer<typeof EventBatch>;

export const eventBatch = defineRecord<EventBatch>({
  kind: 'event-batch',
  schema: EventBatch,
  due: ({ at }) => at + keptMs,
});

/** Somebody reads events; its time runs out. */
export const eventsWanted = defineNote<void, { at: number }>({
  key: () => 'events-wanted',
  schema: z.looseObject({ at: z.number() }),
});

/** A number up to which there are batches: where to begin to look for the last one. */
export const eventsHead = defineNote<void, { number: number }>({
  key: () => 'events-head',
  schema: z.looseObject({ number: z.number() }),
});

/** By number, as text is. */
export const idOf = (number: number): string => String(number).padStart(14, '0');

/** Where somebody has read to: the event INDEX of the batch, from 0 on. */
export interface EventCursor {
  batch: number;
  index: number;
}

export const cursorText = ({ batch, index }: EventCursor): string => `${batch}.${index}`;

/** Null for what is none. */
export function readCursor(given: string): EventCursor | null {
  const [, batch, index] = /^(\d{1,14})\.(\d{1,6})$/.exec(given) ?? [];
  return batch === undefined ? null : { batch: Number(batch), index: Number(index) };
}
