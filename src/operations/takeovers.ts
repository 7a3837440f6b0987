import { z } from 'zod';
import { authorise, type Principal } from '../access/principal.js';
import { length } from '../core/length.js';
import type { Memory } from '../core/memory.js';
import { FatalError } from '../errors.js';
import type { Hold } from '../takeover/hold.js';
import type { Operator } from '../takeover/takeovers.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { id, instant, texts, truth } from './shapes.js';

const OneRoom = z.strictObject({ roomId: id });
const unknown = { message: 'There is no such room.', field: 'roomId' };
const longestMs = 366 * 86_400_000;
const messageId = z.string().min(1).max(256).optional();
/** What people call whoever asks, where the platform says so. */
const name = z.string().trim().min(1).max(80).optional();

const Held = z.object({
  ...texts('roomId', 'agentId', 'by'),
  name: z.string().optional(),
  reason: z.string().optional(),
  since: instant,
  until: instant.nullable().describe('when it ends by itself'),
});
const Note = z.object({ ...texts('id', 'by', 'text'), name: z.string().optional(), at: instant });

const place = ({ roomId }: { roomId: string }, parts: Pick<OperationParts, 'store'>) =>
  placeOfRoom(roomId, parts);
const target = ({ roomId }: { roomId: string }) => ({ roomId });

export const takeOver = defineOperation({
  name: 'rooms.takeOver',
  about: 'take a room over from its agent, in every process: people answer, and the agent says nothing there',
  permission: 'rooms.answer',
  input: OneRoom.extend({
    reason: z.string().trim().min(1).max(500).optional().describe('for other operators'),
    for: length
      .refine((ms) => ms <= longestMs, 'must be a year at most')
      .optional()
      .describe('such as 30m, 2h; absent: until it is handed back'),
    name: name.describe('of whoever answers, as others are to read it'),
  }),
  output: Held,
  concerns: place,
  unknown,
  audit: ({ roomId, for: ms }) => ({ roomId, ...(ms && { forMs: ms }) }),
  async run({ roomId, reason, for: ms, name }, parts) {
    const { agentId } = await newestIn(roomId, parts);
    const until = ms === undefined ? undefined : parts.now() + ms;
    const wanted = { ...(reason && { reason: reason.replace(/\s+/g, ' ') }), ...(until && { until }) };
    return shown(await parts.takeovers.take({ roomId, agentId }, operatorOf(parts, name), wanted));
  },
});

export const handBack = defineOperation({
  name: 'rooms.handBack',
  about: 'hand a room back to its agent, which answers what is written from then on',
  permission: 'rooms.answer',
  input: OneRoom.extend({
    answer: truth
      .optional()
      .describe('have it answer now, once, what was written meanwhile and is unanswered; later, too'),
    drop: truth.optional().describe('what it owed meanwhile, such as a reminder, is not said any more'),
  }),
  output: z.object({
    handedBack: z.boolean().describe('false: nobody had taken it over'),
    answers: z.number().optional().describe('so many messages, where it is to answer now'),
  }),
  concerns: place,
  unknown,
  audit: ({ roomId, answer, drop }) => ({ roomId, ...(answer && { answer }), ...(drop && { drop }) }),
  async run({ roomId, answer, drop }, { takeovers }) {
    const handedBack = (await takeovers.handBack(roomId, drop)) !== null;
    return { handedBack, ...(answer && { answers: await takeovers.answerNow(roomId) }) };
  },
});

export const answerRoom = defineOperation({
  name: 'rooms.answer',
  about: 'answer in the name of the agent, in a room that was taken over; history says who wrote it',
  permission: 'rooms.answer',
  input: OneRoom.extend({
    text: z.string().trim().min(1).max(40_000),
    messageId: messageId.describe('of the sender: sent again with the same one, it is said once'),
    name: name.describe('of whoever answers, as others are to read it'),
  }),
  output: z.object({ turnId: z.string(), messageId: z.string().nullable(), duplicate: z.boolean() }),
  concerns: place,
  unknown,
  audit: target,
  async run({ roomId, text, messageId, name }, parts) {
    const once = messageId === undefined ? crypto.randomUUID() : `answered:${messageId}`;
    return sayAsOperator(await newestIn(roomId, parts), { text, once, name }, parts);
  },
});

/** @throws FatalError `permission_denied`; `conflict` where nobody has taken the room over */
export async function sayAsOperator(
  room: Memory,
  { text, once, name }: { text: string; once: string; name?: string | undefined },
  parts: OperationParts & { principal: Principal },
) {
  const { agents, checks, takeovers, principal } = parts;
  if (!authorise(principal, 'rooms.answer', await place(room, parts)))
    throw new FatalError('permission_denied', 'You may not do this there (rooms.answer).');
  // Links are their own; what is told to nobody stays so.
  const words = checks.on(agents.get(room.agentId), { turnId: once, taint: [] }).withoutSecrets(text);
  return takeovers.answer(room, operatorOf(parts, name), { text: words, once });
}

export const showHold = defineOperation({
  name: 'rooms.hold',
  about: 'who has taken a room over, and what its agent was about to say then',
  permission: 'rooms.read',
  reads: true,
  input: OneRoom,
  output: z.object({
    hold: Held.nullable(),
    drafts: z.array(
      z.object({
        ...{ ...texts('turnId', 'text'), at: instant },
        later: z
          .boolean()
          .describe('such as a reminder: it is said once the room is handed back, unless it is dropped then'),
      }),
    ),
    unanswered: z
      .number()
      .describe('messages that were written while it was taken over, with no answer since'),
  }),
  concerns: place,
  unknown,
  audit: target,
  async run({ roomId }, { heldRooms, takeovers }) {
    const [hold, drafts, unanswered] = await Promise.all([
      heldRooms.exactly(roomId),
      takeovers.drafts(roomId),
      takeovers.unanswered(roomId),
    ]);
    return {
      hold: hold && shown(hold),
      drafts: drafts.map(({ turnId, text, at, later }) => ({ turnId, text, at, later: later !== undefined })),
      unanswered: unanswered.length,
    };
  },
});

export const noteRoom = defineOperation({
  name: 'rooms.note',
  about: 'note something of a room for operators and the agent, which nobody else is told; it makes no turn',
  permission: 'rooms.answer',
  input: OneRoom.extend({
    text: z.string().trim().min(1).max(2000),
    name: name.describe('of whoever notes it, as others are to read it'),
  }),
  output: Note,
  concerns: place,
  unknown,
  audit: target,
  async run({ roomId, text, name }, parts) {
    const { agentId } = await newestIn(roomId, parts);
    return parts.takeovers.note({ roomId, agentId }, operatorOf(parts, name), text);
  },
});

export const listNotes = defineOperation({
  name: 'rooms.notes',
  about: 'what operators have noted of a room, the oldest first',
  permission: 'rooms.read',
  reads: true,
  input: OneRoom,
  output: z.object({ notes: z.array(Note) }),
  concerns: place,
  unknown,
  audit: target,
  async run({ roomId }, { takeovers }) {
    return { notes: [...(await takeovers.notes(roomId))] };
  },
});

async function newestIn(roomId: string, { store }: Pick<OperationParts, 'store'>): Promise<Memory> {
  const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
  if (!newest) throw new FatalError('not_found', unknown.message, { field: 'roomId' });
  return newest;
}

function operatorOf({ principal }: { principal: Principal }, name: string | undefined): Operator {
  const named = namedIn(principal);
  return { by: `${named.kind} ${named.name}`.slice(0, 256), name };
}

function shown({ roomId, agentId, by, name, reason, since, until }: Hold) {
  return {
    roomId,
    agentId,
    by,
    ...(name && { name }),
    ...(reason && { reason }),
    since,
    until: until ?? null,
  };
}
