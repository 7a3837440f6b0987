import { z } from 'zod';
import type { Resource } from '../access/role.js';
import { isDirect } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { FatalError } from '../errors.js';
import { readTaskId, type Task, taskStates } from '../tasks/task.js';
import { defineOperation, type OperationParts } from './operation.js';
import { seenPage } from './seen.js';
import { id, instant, page, texts } from './shapes.js';

const taskId = z
  .string()
  .max(64)
  .meta({ pattern: '^ta_[a-z2-7]{10}$', examples: ['ta_k3x7mq2vbd'] })
  .transform((text, context) => {
    const id = readTaskId(text);
    if (id === null)
      context.addIssue({ code: 'custom', message: 'must be the id of a task, such as ta_k3x7mq2vbd' });
    return id ?? z.NEVER;
  });
const One = z.strictObject({ id: taskId });
const noTask = { message: 'There is no such task.', field: 'id' };

const Shown = z.object({
  ...texts('id', 'agentId', 'roomId', 'connector', 'tenant', 'channel'),
  requester: z.object({ userId: z.string(), name: z.string().optional() }),
  goal: z.string(),
  steps: z.array(
    z.object({ text: z.string(), state: z.enum(['open', 'done', 'failed']), note: z.string().optional() }),
  ),
  state: z.enum(taskStates),
  why: z.string().optional(),
  result: z.string().optional(),
  /** Since it was begun or resumed; its limits are of the same. */
  turns: z.number(),
  tokens: z.number(),
  minutes: z.number(),
  limits: z.object({ turns: z.number(), tokens: z.number(), minutes: z.number() }),
  parent: z.string().optional(),
  children: z.array(z.string()),
  taint: z.array(Origin).optional(),
  startedAt: instant,
  endedAt: instant.optional(),
});

export const listTasks = defineOperation({
  name: 'tasks.list',
  about: 'tasks that agents work on, of a room or of all; a page may be short although there is more',
  permission: 'tasks.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    roomId: id.optional(),
    state: z
      .enum([...taskStates, 'open', 'all'])
      .default('open')
      .describe('open: those that are not over'),
    ...page,
  }),
  output: z.object({ tasks: z.array(Shown), nextCursor: z.string().nullable() }),
  concerns: ({ agentId, roomId }) => ({ agentId, roomId }),
  partly: true,
  async run({ limit, cursor, agentId, roomId, state }, parts) {
    const { items, nextCursor } = await seenPage(
      parts,
      { limit, cursor },
      async (page) => parts.tasks.list({ ...page, ...(roomId !== undefined && { group: roomId }) }),
      ({ value }) => ({ ...placeOf(value), roomId: value.roomId }),
      ({ value }) => isIn(state, value) && (agentId === undefined || value.agentId === agentId),
    );
    return { tasks: items.map(({ id, value }) => shownOf(id, value)), nextCursor };
  },
});

export const showTask = defineOperation({
  name: 'tasks.show',
  about: 'a task: its goal, its plan and how far it is, what it has cost, its limits',
  permission: 'tasks.read',
  reads: true,
  input: One,
  output: Shown,
  concerns: placeOfTask,
  unknown: noTask,
  audit: (input) => input,
  async run({ id }, { tasks }) {
    const found = await tasks.get(id);
    if (!found) throw new FatalError('not_found', noTask.message, { field: noTask.field });
    return shownOf(id, found.value);
  },
});

const changed = {
  permission: 'tasks.change',
  input: One,
  output: z.object({ ...texts('id', 'goal'), state: z.enum(taskStates) }),
  concerns: placeOfTask,
  unknown: noTask,
  audit: (input: { id: string }) => input,
} as const;

export const pauseTask = defineOperation({
  name: 'tasks.pause',
  ...changed,
  about: 'let a task and all that it has begun rest before their next call, until it is resumed',
  run: async ({ id }, { tasks }) => changedTo(id, await tasks.halt(id, 'paused', 'Somebody has paused it.')),
});

export const resumeTask = defineOperation({
  name: 'tasks.resume',
  ...changed,
  about: 'let a task go on that is paused, blocked or at a limit, with its limits anew',
  run: async ({ id }, { tasks }) => changedTo(id, await tasks.resume(id)),
});

export const stopTask = defineOperation({
  name: 'tasks.stop',
  ...changed,
  about: 'end a task and all that it has begun before their next call, for good',
  run: async ({ id }, { tasks }) =>
    changedTo(id, await tasks.halt(id, 'stopped', 'Somebody has stopped it.')),
});

async function placeOfTask({ id }: z.output<typeof One>, { tasks }: OperationParts): Promise<Resource> {
  const found = await tasks.get(id);
  return found ? placeOf(found.value) : {};
}

function placeOf({ agentId, roomId, source, scope, author }: Task): Resource {
  const { connector, tenant, channel } = source;
  return { agentId, roomId, connector, tenant, channel, ...(isDirect(scope) && { userId: author.id }) };
}

function isIn(wanted: Task['state'] | 'open' | 'all', { state, endedAt }: Task): boolean {
  return wanted === 'all' || (wanted === 'open' ? endedAt === undefined : state === wanted);
}

function changedTo(id: string, { goal, state }: Task) {
  return { id, goal, state };
}

function shownOf(id: string, { source, author, spent, ...task }: Task): z.input<typeof Shown> {
  const { connector, tenant, channel } = source;
  return {
    ...task,
    ...{ id, connector, tenant, channel },
    requester: { userId: author.id, ...(author.name && { name: author.name }) },
    ...{ turns: spent.turns, tokens: spent.tokens, minutes: Math.round(spent.workedMs / 60_000) },
  };
}
