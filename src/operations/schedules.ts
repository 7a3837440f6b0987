import { z } from 'zod';
import { hubTenant, type Principal, type TokenHolder } from '../access/principal.js';
import type { Resource } from '../access/role.js';
import { Author } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import { missedRules, type Schedule } from '../schedules/schedule.js';
import type { Made } from '../schedules/schedules.js';
import { datesText } from '../schedules/words.js';
import type { Versioned } from '../store/record.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { seenPage } from './seen.js';
import { id, instant, page, texts, truth } from './shapes.js';

const One = z.strictObject({ id });
const noSchedule = { message: 'There is no such schedule.', field: 'id' };

const when = {
  in: z.coerce.number().positive().max(1e10).optional().describe('seconds from now'),
  at: z.string().max(40).optional().describe('a local time: 2026-12-24 18:30, or 18:30'),
  cron: z.string().max(120).optional().describe('five fields, such as 0 9 * * 1-5'),
  zone: z.string().max(64).default('UTC').describe('an IANA time zone, such as Europe/Berlin'),
};
const oneTime = ({ in: seconds, at, cron }: { in?: number; at?: string; cron?: string }) =>
  [seconds, at, cron].filter((said) => said !== undefined).length;
const missed = z.enum(missedRules).describe('what becomes of a time at which no hub ran');

const Shown = z.object({
  ...texts('id', 'agentId', 'roomId', 'connector', 'tenant', 'channel', 'kind', 'text', 'state', 'missed'),
  /** Whose rights it has. */
  author: Author,
  at: instant.optional(),
  cron: z.string().optional(),
  zone: z.string().optional(),
  next: instant.nullable(),
  /** The next times in words, with what people may not expect of them. */
  times: z.string(),
  last: z.object({ slot: instant, at: instant, became: z.string() }).optional(),
  taint: z.array(Origin).optional(),
  madeAt: instant,
});

export const listSchedules = defineOperation({
  name: 'schedules.list',
  about: 'what agents are to do or say later; a page may be short although there is more',
  permission: 'schedules.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    roomId: id.optional(),
    state: z.enum(['open', 'all']).default('open'),
    ...page,
  }),
  output: z.object({ schedules: z.array(Shown), nextCursor: z.string().nullable() }),
  concerns: ({ agentId, roomId }) => ({ agentId, roomId }),
  partly: true,
  async run({ agentId, roomId, state, ...page }, parts) {
    const { items, nextCursor } = await seenPage(
      parts,
      page,
      (page) => parts.schedules.list({ ...page, ...(agentId !== undefined && { agentId }) }),
      ({ value }) => ({ ...placeOf(value), roomId: value.roomId }),
      ({ value }) =>
        (roomId === undefined || value.roomId === roomId) &&
        (state === 'all' || value.state === 'active' || value.state === 'paused'),
    );
    return { schedules: items.map(shownOf), nextCursor };
  },
});

export const showSchedule = defineOperation({
  name: 'schedules.show',
  about: 'one of them',
  permission: 'schedules.read',
  reads: true,
  input: One,
  output: Shown,
  concerns: placeOfSchedule,
  unknown: noSchedule,
  audit: (input) => input,
  run: async ({ id }, parts) => shownOf(await found(id, parts)),
});

export const addSchedule = defineOperation({
  name: 'schedules.add',
  about: 'have an agent say something, or work on something, in a room at a time',
  permission: 'schedules.add',
  input: z
    .strictObject({
      roomId: id,
      kind: z.enum(['reminder', 'work']).default('reminder'),
      text: z.string().min(1),
      missed: missed.default('run'),
      ...when,
    })
    .refine((said) => oneTime(said) === 1, 'takes one of in, at and cron'),
  example: { text: 'water the plants', in: 3600 },
  output: Shown,
  concerns: ({ roomId }, parts) => placeOfRoom(roomId, parts),
  unknown: { message: 'There is no such room.', field: 'roomId' },
  audit: ({ roomId, kind, cron, at }) => ({ roomId, kind, ...(cron && { cron }), ...(at && { at }) }),
  async run({ roomId, kind, text, missed, ...said }, parts) {
    const { schedules } = parts;
    const made = await madeBy(roomId, parts);
    return shownOf(await schedules.add(made, { kind, text, missed, when: schedules.whenOf(wished(said)) }));
  },
});

export const changeSchedule = defineOperation({
  name: 'schedules.change',
  about: 'give it another text or time, pause it, or let it go on',
  permission: 'schedules.change',
  input: One.extend({
    text: z.string().min(1).max(4000).optional(),
    missed: missed.optional(),
    paused: truth.optional(),
    ...when,
  }).refine((said) => oneTime(said) <= 1, 'takes one of in, at and cron'),
  example: { text: 'water all plants' },
  output: Shown,
  concerns: placeOfSchedule,
  unknown: noSchedule,
  audit: ({ id, paused }) => ({ id, ...(paused !== undefined && { paused }) }),
  async run({ id, text, missed, paused, ...said }, parts) {
    const { schedules } = parts;
    await schedules.change(id, {
      ...(text !== undefined && { text }),
      ...(missed !== undefined && { missed }),
      ...(paused !== undefined && { paused }),
      ...(oneTime(said) === 1 && { when: schedules.whenOf(wished(said)) }),
    });
    return shownOf(await found(id, parts));
  },
});

export const removeSchedule = defineOperation({
  name: 'schedules.remove',
  about: 'end it',
  permission: 'schedules.change',
  input: One,
  output: z.object(texts('id')),
  concerns: placeOfSchedule,
  unknown: noSchedule,
  audit: (input) => input,
  async run({ id }, { schedules }) {
    if (!(await schedules.remove(id))) throw new FatalError('not_found', noSchedule.message, { field: 'id' });
    return { id };
  },
});

function wished({ in: seconds, at, cron, zone }: { in?: number; at?: string; cron?: string; zone: string }) {
  if (seconds !== undefined) return { inMs: seconds * 1000 };
  return cron === undefined ? { local: at!, zone } : { cron, zone };
}

/** A room's schedules have the rights of whoever asks for them there; a token is nobody there, and has its own. */
async function madeBy(
  roomId: string,
  { store, principal }: OperationParts & { principal: Principal },
): Promise<Made> {
  const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
  if (!newest) throw new FatalError('not_found', 'There is no such room.', { field: 'roomId' });
  const { agentId, scope, source } = newest;
  const room = { agentId, roomId, scope, source };
  if (principal.kind === 'person') return { ...room, author: { id: principal.userId } };
  // The hub's own program, or its operator at the terminal.
  const own = { name: 'hub', tenant: hubTenant, admin: true };
  const { name, tenant, admin, role, id, scopes, agents, user }: TokenHolder =
    principal.kind === 'token' ? principal : own;
  const token = {
    ...{ name, tenant, admin, role, id, user },
    ...(scopes && { scopes: [...scopes] }),
    ...(agents && { agents: [...agents] }),
  };
  const author = user === undefined ? { id: `token ${name}`, bot: true } : { id: user };
  return { ...room, author, asker: { token } };
}

async function found(id: string, { schedules }: OperationParts): Promise<Versioned<Schedule>> {
  const schedule = await schedules.get(id);
  if (!schedule) throw new FatalError('not_found', noSchedule.message, { field: 'id' });
  return schedule;
}

async function placeOfSchedule({ id }: { id: string }, { schedules }: OperationParts): Promise<Resource> {
  const schedule = await schedules.get(id);
  return schedule ? placeOf(schedule.value) : {};
}

function placeOf({ agentId, roomId, source, author }: Schedule): Resource {
  const { connector, tenant, channel } = source;
  return { agentId, roomId, connector, tenant, channel, userId: author.id };
}

function shownOf({ id, value }: Versioned<Schedule>): z.input<typeof Shown> {
  const { agentId, roomId, source, author, kind, text, state, missed, when, next, last, taint, madeAt } =
    value;
  const { connector, tenant, channel } = source;
  return {
    ...{ id, agentId, roomId, connector, tenant, channel, author, kind, text, state, missed, next, madeAt },
    ...('at' in when ? { at: when.at } : { cron: when.cron, zone: when.zone }),
    times: state === 'active' && next !== null ? datesText(when, next - 1) : '',
    ...(last && { last }),
    ...(taint && { taint }),
  };
}
