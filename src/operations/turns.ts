import { z } from 'zod';
import type { Resource } from '../access/role.js';
import { EvaluationRecord } from '../core/evaluation-record.js';
import { stopTopic } from '../core/events.js';
import { idAfter, newId } from '../core/ids.js';
import { burst } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { RecallRecord } from '../core/recall-record.js';
import { Trigger } from '../core/trigger.js';
import { actionStates, readSteps, type TurnState, turnIdOf, turnStatuses } from '../core/turn.js';
import { FatalError } from '../errors.js';
import { decide } from '../store/decide.js';
import { runAgain as runAgainIn } from '../store/run-again.js';
import { shareIn } from '../store/share-in.js';
import type { Claim } from '../store/turn-store.js';
import { traceIdOf } from '../tracing.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { seenPage } from './seen.js';
import { askedAt, failure, id, instant, page, texts, truth } from './shapes.js';
import { callShapes, callsOf } from './turn-calls.js';

const OneTurn = z.strictObject({ turnId: id });
const Usage = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const summary = {
  ...texts('turnId', 'agentId', 'roomId'),
  /** `open`: it has not begun, as far as is known; `running`: it has, or waits for another try; `waiting`: for a decision. */
  status: z.enum(['open', 'running', ...turnStatuses] satisfies TurnState[]),
  covers: z.array(z.string()),
  replyId: z.string().nullable(),
  model: z.string().nullable(),
  /** Models that were to be asked before it, and why they did not answer. */
  passedOver: z.array(z.object(texts('model', 'code', 'message'))).optional(),
  usage: Usage,
  attempt: z.number(),
  error: failure,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  /** Until when it can be decided. */
  waitsUntil: instant.optional(),
  /** Absent: messages. */
  trigger: Trigger.optional(),
  /** The turn that went on from it. */
  continuedBy: z.string().optional(),
  /** What it has read from outside; absent: nothing. */
  taint: z.array(Origin).optional(),
};

export const noTurn = { message: 'There is no such turn.', field: 'turnId' };

/** Waiting rooms that are looked through for a running turn. */
const mostRooms = 1000;
const mostCovered = 100;
const mostWaiting = 100;

export const listTurns = defineOperation({
  name: 'turns.list',
  about: 'finished turns, newest first; a page may be short although there is more',
  permission: 'turns.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    roomId: id.optional(),
    status: z.enum(turnStatuses).optional(),
    ...page,
  }),
  output: z.object({ turns: z.array(z.object(summary)), nextCursor: z.string().nullable() }),
  concerns: ({ agentId }) => ({ agentId }),
  partly: true,
  async run({ limit, cursor, ...of }, sight) {
    const { items, nextCursor } = await seenPage(
      sight,
      { limit, cursor },
      (page) => sight.store.turns.list({ ...of, ...page }),
      ({ agentId, roomId }) => ({ agentId, roomId }),
    );
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
    ...callShapes,
    traceId: z.string().describe('of the trace that its spans and log lines are in'),
    recall: RecallRecord.optional().describe(
      'what was recalled, by id, and why; absent: nothing was searched for',
    ),
    evaluation: EvaluationRecord.optional().describe(
      'how the reply was judged before it was sent; absent: nothing was asked for',
    ),
    actions: z.array(
      z.object({
        name: z.string(),
        arguments: z.string(),
        state: z.enum(actionStates),
        result: z.string().nullable(),
        ok: z.boolean(),
        durationMs: z.number(),
      }),
    ),
  }),
  concerns: placeOfTurn,
  unknown: noTurn,
  audit: (input) => input,
  async run({ turnId }, parts) {
    const finished = await parts.store.turns.get(turnId);
    const turn = finished ?? (await openTurn(turnId, parts));
    if (!turn) throw unknown(noTurn.message);
    const reply = turn.replyId === null ? null : await parts.store.memories.get(turn.replyId);
    const traceId = traceIdOf(reply?.content.replyTo ?? turn.covers.at(-1) ?? turnId);
    return { ...turn, ...callsOf(turn), traceId, actions: turn.steps.flatMap(({ actions }) => actions) };
  },
});

export const runAgain = defineOperation({
  name: 'turns.runAgain',
  about: 'answer the messages of a failed turn after all; no action it took is repeated',
  permission: 'turns.run',
  input: OneTurn,
  output: z.object({ turnId: z.string() }),
  concerns: placeOfTurn,
  unknown: noTurn,
  audit: (input) => input,
  async run({ turnId }, { store, rooms, turnQueue, shareOf }) {
    const roomId = await runAgainIn({ turns: store.turns, rooms }, turnId);
    if (roomId === null) throw unknown('No such turn has failed, or none of its messages is left.');
    await turnQueue.schedule(roomId, await shareIn({ turns: store.turns, shareOf }, roomId));
    return { turnId };
  },
});

export const resumeTurn = defineOperation({
  name: 'turns.resume',
  about: 'approve or deny the calls that a turn waits for; it goes on then, after what was said meanwhile',
  permission: 'turns.decide',
  input: OneTurn.extend({
    approve: truth,
    note: z.string().max(2000).optional().describe('why not: the model reads it'),
  }),
  output: z.object({
    turnId: z.string(),
    approve: z.boolean(),
    held: z.boolean().optional().describe('tools are paused: it goes on once they are not'),
  }),
  concerns: placeOfTurn,
  unknown: noTurn,
  audit: ({ turnId, approve }) => ({ turnId, approve }),
  async run({ turnId, approve, note }, parts) {
    const { store, held, approvals, turnQueue, shareOf, principal } = parts;
    const { kind, name } = namedIn(principal);
    const by = `${kind} ${name}`;
    const turn = await store.turns.get(turnId);
    const asked = turn?.status === 'waiting' ? await approvals.ofTurn(turn) : [];
    const open = asked.filter(({ state }) => state === 'open');
    if (open.length > 0) {
      for (const approval of open) await approvals.require(approval, principal, by);
      for (const { id } of open) await approvals.decide(id, { approve, note }, principal, by).catch(asOfTurn);
      return { turnId, approve, ...((await held.has(turnId)) && { held: true }) };
    }
    for (const approval of asked) await approvals.require(approval, principal, by);
    const other = asked.find(({ state }) => state !== 'approved');
    if (approve && other) throw settled(`${other.id} is ${other.state} already.`);
    if (approve && asked.length > 0)
      return { turnId, approve, ...((await held.has(turnId)) && { held: true }) };
    const decision = { approve, by, ...(note && { note }) };
    if (await held.hold(turnId, decision)) return { turnId, approve, held: true };
    const roomId = await decide(store, turnId, decision);
    await approvals.withdrawn(asked, by, note);
    await turnQueue.schedule(roomId, await shareIn({ turns: store.turns, shareOf }, roomId));
    return { turnId, approve };
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
    .strictObject({ turnId: id.optional(), roomId: id.optional(), askedAt })
    .refine(
      ({ turnId, roomId }) => (turnId === undefined) !== (roomId === undefined),
      'takes either turnId or roomId',
    ),
  output: z.object({
    turnId: z.string().nullable().describe('null: nothing ran or waited there'),
    waited: z.boolean().optional().describe('for a decision: it says nothing more'),
  }),
  async concerns({ turnId, roomId }, parts) {
    const room = roomId ?? (turnId && (await roomOfTurn(turnId, parts)));
    return room ? { roomId: room, ...(await placeOfRoom(room, parts)) } : {};
  },
  unknown: noTurn,
  audit: (input) => input,
  async run({ turnId, roomId, askedAt }, parts) {
    const { store, rooms, bus, turnQueue, shareOf } = parts;
    const room = roomId ?? (await roomOfTurn(turnId!, parts));
    const head = room ? await store.turns.claim(room, 1) : null;
    if ((head?.messages[0]?.createdAt ?? 0) > (askedAt ?? Infinity)) return { turnId: null };
    const running = head && idOf(head);
    const trigger = head?.messages[0]?.trigger;
    // One that was decided is what goes on from it.
    const decided = trigger?.kind === 'decision' && trigger.turnId === turnId;
    if (turnId !== undefined && turnId !== running && !decided) {
      if (await stopWaiting(turnId, parts)) return { turnId, waited: true };
      throw unknown('No such turn runs or waits.');
    }
    if (!room) return { turnId: null };
    if (!running) {
      const waiting = await store.turns.undecided(room, mostWaiting);
      for (const id of waiting) await stopWaiting(id, parts);
      return waiting[0] === undefined ? { turnId: null } : { turnId: waiting[0], waited: true };
    }
    const end = askedAt === undefined ? newId() : idAfter(askedAt);
    await rooms.change(room, { stopped: turnId === undefined ? end : await endOf(room, parts) });
    bus.publish(stopTopic, { type: 'turn.stop', turnId: running, roomId: room });
    await turnQueue.schedule(room, await shareIn({ turns: store.turns, shareOf }, room));
    return { turnId: running };
  },
});

async function stopWaiting(turnId: string, { store, approvals }: OperationParts): Promise<boolean> {
  const turn = await store.turns.get(turnId);
  if (!(await store.turns.stopWaiting(turnId))) return false;
  if (turn) await approvals.stopped(turn);
  return true;
}

/** @throws what it was, `turn_settled` where somebody was faster */
function asOfTurn(error: unknown): never {
  if (error instanceof FatalError && error.code === 'approval_settled') throw settled(error.message);
  throw error;
}

function settled(message: string): FatalError {
  return new FatalError('turn_settled', message, { field: 'turnId' });
}

/** Behind what the room's next turn covers, and before whatever came after it. */
async function endOf(roomId: string, { store }: OperationParts): Promise<string> {
  const { messages, checkpoint } = await store.turns.claim(roomId, mostCovered);
  const covers = checkpoint?.covers ?? burst(messages).map(({ id }) => id);
  return `${covers.toSorted().at(-1) ?? newId()}~`;
}

export async function placeOfTurn(
  { turnId }: z.output<typeof OneTurn>,
  parts: OperationParts,
): Promise<Resource> {
  const roomId = await roomOfTurn(turnId, parts);
  return roomId ? { roomId, ...(await placeOfRoom(roomId, parts)) } : {};
}

/** Of the turn that runs, or runs next. */
function idOf({ messages: [first], checkpoint }: Claim): string | null {
  return first ? (checkpoint?.turnId ?? turnIdOf(first)) : null;
}

/** Null: there is no such turn, as far as can be known. One that is not committed is named after the first message it covers. */
async function roomOfTurn(turnId: string, { store: { turns } }: OperationParts): Promise<string | null> {
  const committed = await turns.get(turnId);
  if (committed) return committed.roomId;
  for (const roomId of await turns.waiting(Date.now() + 1, mostRooms)) {
    if (idOf(await turns.claim(roomId, 1)) === turnId) return roomId;
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
      status: checkpoint ? 'running' : 'open',
      covers: (checkpoint ? messages : burst(messages)).map(({ id }) => id),
    } as const),
    ...{ replyId: null, model: null, usage: { inputTokens: 0, outputTokens: 0 }, attempt: 0, error: null },
    ...{ startedAt: null, finishedAt: null, steps: readSteps(checkpoint?.steps ?? []) },
  };
}

function unknown(message: string): FatalError {
  return new FatalError('not_found', message, { field: 'turnId' });
}
