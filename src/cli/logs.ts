/** `carrier logs`: what happens in the hub, by its events. The log that the hub writes goes to its standard error, and is kept by whoever started it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputOf } from '../operations/operations.js';
import { carry } from './carry.js';
import { harmless, harmlessJson, paint, print, printed, row } from './output.js';
import { requireRoom } from './room.js';
import { shownTime } from './shown-time.js';
import type { Own } from './typed.js';

type Event = OutputOf<'events.list'>['events'][number];

const pageSize = 1000;
/** Between looks while it follows, in ms. */
const lookMs = 500;

const nothing =
  'No such event yet: events are kept from the first time that somebody asks for them. "carrier turns" and "carrier audit list" know what was before.';

/** Ends where there is nothing newer, or, following, once nobody reads. */
export async function showLogs({ config, options, url }: Own): Promise<void> {
  const { follow, json, room, agent, turn } = options;
  const wanted = ({ roomId, agentId, turnId }: Event) =>
    (room === undefined || room === roomId) &&
    (agent === undefined || agent === agentId) &&
    (turn === undefined || turn === turnId);
  let cursor: string | undefined;
  let isKnown = typeof room !== 'string';
  let isAny = false;
  for (;;) {
    const page = (await carry(
      config,
      'events.list',
      { limit: pageSize, cursor },
      url,
    )) as OutputOf<'events.list'>;
    const events = page.events.filter(wanted);
    isKnown ||= events.length > 0;
    isAny ||= events.length > 0;
    for (const event of events)
      if (!(await printed(json ? harmlessJson(event, 0) : harmless(lineOf(event))))) return;
    cursor = page.cursor;
    if (page.events.length > 0) continue;
    // A misspelt one has no events, either, and following it would never end.
    if (!isKnown) await requireRoom(config, String(room), url);
    isKnown = true;
    if (!follow) {
      if (!isAny && !json) print(paint.dim(nothing));
      return;
    }
    await sleep(lookMs);
    if (!process.stdout.writable) return;
  }
}

function lineOf({ at, type, status = '', operation = '', agentId = '', roomId = '', ...ids }: Event): string {
  const { turnId = '', messageId = '', deliveryId = '', approvalId = '' } = ids;
  return row(
    shownTime(at),
    type,
    status,
    operation,
    agentId,
    roomId,
    turnId,
    messageId,
    deliveryId,
    approvalId,
  );
}
