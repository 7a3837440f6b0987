import { z } from 'zod';
import { stopTopic } from '../core/events.js';
import { newId } from '../core/ids.js';
import { turnIdOf } from '../core/turn.js';
import { FatalError } from '../errors.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import type { Resource } from './principal.js';
import { failure, id, instant, page, texts } from './shapes.js';

const OneTurn = z.strictObject({ turnId: id });
const Usage = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const summary = {
  ...texts('turnId', 'agentId', 'roomId'),
  /** `open`: it runs, or waits for its turn or another try. */
  status: z.enum(['open', 'done', 'failed']),
  covers: z.array(z.string()),
  replyId: z.string().nullable(),
  model: z.string().nullable(),
  usage: Usage,
  attempt: z.number(),
  error: failure,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
};

/** Waiting rooms that are looked through for a running turn. */
const mostRooms = 1000;
const mostCovered = 100;

export const listTurns = defineOperation({
  name: 'turns.list',
  about: 'finished turns, newest first; a page may be short although there is more',
  permission: 'turns.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    roomId: id.optional(),
    status: z.enum(['done', 'failed']).optional(),
    ...page,
  }),
  output: z.object({ turns: z.array(z.object(summary)), nextCursor: z.string().nullable() }),
  concerns: async ({ agentId, roomId }, parts) =>
    roomId === undefined ? { agentId } : placeOfRoom(roomId, parts),
  async run(request, { store }) {
    const { items, nextCursor } = await store.turns.list(request);
    return { turns: items, nextCursor };
  },
});

export const showTurn = defineOperation({
  name: 'turns.show',
  about: 'what a turn covers, did and cost, and why it failed if it did; also one that runs or waits',
  permission: 'turns.read',
  reads: true,
  input: OneTurn,
  output: z.object({
    ...summary,
    actions: z.array(
      z.object({
        name: z.string(),
        arguments: z.string(),
        result: z.string().nullable(),
        ok: z.boolean(),
        durationMs: z.number(),
      }),
    ),
  }),
  concerns: placeOfTurn,
  audit: (input) => input,
  async run({ turnId }, parts) {
    const finished = await parts.store.turns.get(turnId);
    const turn = finished ?? (await openTurn(turnId, parts));
    if (!turn) throw unknown('There is no such turn.');
    return { ...turn, actions: turn.steps.flatMap(({ actions }) => actions) };
  },
});

export const runAgain = defineOperation({
  name: 'turns.runAgain',
  about: 'answer the messages of a failed turn after all; no action it took is repeated',
  permission: 'turns.run',
  input: OneTurn,
  output: z.object({ turnId: z.string() }),
  concerns: placeOfTurn,
  audit: (input) => input,
  async run({ turnId }, { store, rooms, turnQueue }) {
    const turn = await store.turns.get(turnId);
    if (turn?.status !== 'failed') throw unknown('No such turn has failed.');
    // Somebody may have called the room's turn off since, and these messages are older than that.
    await rooms.change(turn.roomId, { stopped: undefined });
    if (!(await store.turns.reopen(turnId)))
      throw unknown('This turn cannot run again: none of its messages is left.');
    await turnQueue.schedule(turn.roomId);
    return { turnId };
  },
});

/**
 * The event ends a turn that runs. It may be lost, or the turn may be waiting for another try: then the room's state
 * says that it was called off, and the next run commits it so.
 */
export const stopTurn = defineOperation({
  name: 'turns.stop',
  about: 'stop the turn that runs or waits, by its id or its room',
  permission: 'turns.stop',
  input: z
    .strictObject({ turnId: id.optional(), roomId: id.optional() })
    .refine(
      ({ turnId, roomId }) => (turnId === undefined) !== (roomId === undefined),
      'takes either turnId or roomId',
    ),
  output: z.object({ turnId: z.string().nullable().describe('null: nothing ran or waited there') }),
  async concerns({ turnId, roomId }, parts) {
    const room = roomId ?? (turnId && (await roomOfTurn(turnId, parts)));
    return room ? { roomId: room, ...(await placeOfRoom(room, parts)) } : {};
  },
  audit: (input) => input,
  async run({ turnId, roomId }, parts) {
    const { store, rooms, bus, turnQueue } = parts;
    const room = roomId ?? (await roomOfTurn(turnId!, parts));
    const [first] = room ? (await store.turns.claim(room, 1)).messages : [];
    const running = first ? turnIdOf(first) : null;
    if (turnId !== undefined && turnId !== running) throw unknown('No such turn runs or waits.');
    if (!running || !room) return { turnId: null };
    await rooms.change(room, { stopped: newId() });
    bus.publish(stopTopic, { type: 'turn.stop', turnId: running, roomId: room });
    await turnQueue.schedule(room);
    return { turnId: running };
  },
});

async function placeOfTurn({ turnId }: z.output<typeof OneTurn>, parts: OperationParts): Promise<Resource> {
  const turn = await parts.store.turns.get(turnId);
  const roomId = turn?.roomId ?? (await roomOfTurn(turnId, parts));
  return roomId ? { roomId, ...(await placeOfRoom(roomId, parts)) } : {};
}

/** Null: no such turn runs or waits. A turn is named after the first message it covers. */
async function roomOfTurn(turnId: string, { store: { turns } }: OperationParts): Promise<string | null> {
  for (const roomId of await turns.waiting(Date.now() + 1, mostRooms)) {
    const [first] = (await turns.claim(roomId, 1)).messages;
    if (first && turnIdOf(first) === turnId) return roomId;
  }
  return null;
}

async function openTurn(turnId: string, parts: OperationParts) {
  const roomId = await roomOfTurn(turnId, parts);
  if (!roomId) return null;
  const { messages, checkpoint } = await parts.store.turns.claim(roomId, mostCovered);
  const [first] = messages;
  if (!first) return null;
  return {
    ...({
      turnId,
      roomId,
      agentId: first.agentId,
      status: 'open',
      covers: messages.map(({ id }) => id),
    } as const),
    ...{ replyId: null, model: null, usage: { inputTokens: 0, outputTokens: 0 }, attempt: 0, error: null },
    ...{ startedAt: null, finishedAt: null, steps: checkpoint?.steps ?? [] },
  };
}

function unknown(message: string): FatalError {
  return new FatalError('not_found', message, { field: 'turnId' });
}
