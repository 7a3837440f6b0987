/** What an agent of the type `task` can do with its tasks. All of it can be repeated. */
import { z } from 'zod';
import type { Checks } from '../checks/checks.js';
import { addOrigins } from '../core/origin.js';
import {
  type Action,
  defineAction,
  type PluginDesk,
  type RunningPlugin,
  type TurnContext,
} from '../plugin/plugin.js';
import { isOver, readTaskId, roundOf, type Task, taskIdOf } from './task.js';
import type { Tasks } from './tasks.js';
import { openText, standing, workingText } from './words.js';

const text = z.string().trim().min(1).max(2000);
const plan = z.array(text).max(50);
/** Tasks that are over are told of so long, in ms. */
const toldMs = 86_400_000;

/** The plugins of an agent, and the tools of tasks where its type is `task`. */
export function withTasks(plugins: PluginDesk, tasks: () => Tasks, checks: Pick<Checks, 'on'>): PluginDesk {
  const own = taskPlugin(tasks, checks);
  const lists = new WeakMap<readonly RunningPlugin[], readonly RunningPlugin[]>();
  return {
    async of(agent) {
      const found = await plugins.of(agent);
      if (agent.character.type !== 'task') return found;
      // The same list until that changes.
      const known = lists.get(found) ?? [...found, own];
      lists.set(found, known);
      return known;
    },
    tell: (...what) => plugins.tell(...what),
  };
}

function taskPlugin(tasks: () => Tasks, checks: Pick<Checks, 'on'>): RunningPlugin {
  // What the model says here is shown as its answers are, and so it is checked as they are.
  const clean: Clean = async (context, text) => {
    const id = roundOf(context.messages)?.id;
    const asked = id
      ? await tasks().askedText(id)
      : context.messages.map(({ content }) => content.text).join('\n');
    const words = checks.on(context.agent, context, () => [asked]);
    return context.taint.length > 0 ? words.words(text) : words.withoutSecrets(text);
  };
  const actions = [start, step, replan, blocked, finish, stop].map((action) => action(tasks, clean));
  const provide = (context: TurnContext) => paragraph(tasks(), context);
  return { name: 'task', parts: { actions, contextProviders: [{ name: 'tasks', provide }] } };
}

type Clean = (context: TurnContext, text: string) => Promise<string>;

const start = (tasks: () => Tasks, clean: Clean): Action =>
  defineAction({
    name: 'start_task',
    description:
      'Begins to work on a goal by yourself, over many turns. While you work on a task, this begins a child of it, whose result you are told.',
    parameters: z.object({
      goal: text,
      steps: plan.min(1).describe('the plan: what is to be done, one after the other'),
      minutes: z.number().positive().optional().describe('most minutes of work, where the person said so'),
    }),
    repeatable: true,
    async run({ goal, steps, minutes }, context) {
      const message = context.messages[0]!;
      const parent = roundOf(context.messages)?.id;
      const id = taskIdOf(context.idempotencyKey);
      const { role } = await context.requester();
      const giver = { message, role, turnId: context.turnId, taint: context.taint };
      const cleanly = (one: string) => clean(context, one);
      const plan = await Promise.all(steps.map(cleanly));
      const wanted = { goal: await cleanly(goal), steps: plan, ...(minutes && { limits: { minutes } }) };
      await tasks().start(id, wanted, { ...giver, ...(parent && { parent }) });
      return `The task ${id} has begun. You are called for it; do nothing for it now.`;
    },
  });

const step = (tasks: () => Tasks): Action =>
  defineAction({
    name: 'task_step',
    description: 'Of the task that you work on: a step is done, or has failed, and what came of it.',
    parameters: z.object({
      step: z.number().int().min(1),
      result: z.string().max(4000),
      failed: z.boolean().optional(),
    }),
    repeatable: true,
    async run({ step, result, failed }, context) {
      const task = await tasks().change(working(context), ({ steps }) => {
        if (!steps[step - 1]) throw new Error(`The plan has ${steps.length} steps.`);
        const done = { state: failed ? ('failed' as const) : ('done' as const), note: result };
        return { steps: steps.map((one, at) => (at === step - 1 ? { ...one, ...done } : one)) };
      });
      return task ? standing(task) : 'There is no such task.';
    },
  });

const replan = (tasks: () => Tasks, clean: Clean): Action =>
  defineAction({
    name: 'task_plan',
    description: 'Of the task that you work on: replaces the steps that are still open.',
    parameters: z.object({ steps: plan }),
    repeatable: true,
    async run({ steps: written }, context) {
      const wanted = await Promise.all(written.map((one) => clean(context, one)));
      const task = await tasks().change(working(context), ({ steps }) => ({
        steps: [
          ...steps.filter(({ state }) => state !== 'open'),
          ...wanted.map((one) => ({ text: one, state: 'open' as const })),
        ],
      }));
      return task ? standing(task) : 'There is no such task.';
    },
  });

const blocked = (tasks: () => Tasks, clean: Clean): Action =>
  defineAction({
    name: 'task_blocked',
    description: 'Of the task that you work on: it cannot go on until a person has done or said something.',
    parameters: z.object({ why: text }),
    repeatable: true,
    async run({ why }, context) {
      await tasks().settle(working(context), 'blocked', await clean(context, why));
      return 'People are told.';
    },
  });

const finish = (tasks: () => Tasks, clean: Clean): Action =>
  defineAction({
    name: 'task_finish',
    description: 'Of the task that you work on: the goal is reached. The result is sent to whoever asked.',
    parameters: z.object({ result: z.string().trim().min(1).max(8000) }),
    repeatable: true,
    async run({ result }, context) {
      const id = working(context);
      const children = await childrenOf(tasks(), (await tasks().get(id))?.value);
      if (children.some((child) => !isOver(child)))
        throw new Error('Children of it are still at work: you are called when they have ended.');
      await tasks().settle(id, 'done', undefined, {
        result: await clean(context, result),
      });
      return 'The result is sent.';
    },
  });

const stop = (tasks: () => Tasks): Action =>
  defineAction({
    name: 'stop_task',
    description: 'Stops a task of this room, and all that it has begun, for good.',
    parameters: z.object({ task: z.string().max(64).describe('its id, such as ta_k3x7mq2vbd') }),
    repeatable: true,
    async run({ task }, context) {
      const id = readTaskId(task) ?? '';
      if ((await tasks().get(id))?.value.roomId !== context.roomId)
        throw new Error('There is no such task here.');
      await tasks().halt(id, 'stopped', 'It was called off.');
      return 'It is stopped.';
    },
  });

function working({ messages }: TurnContext): string {
  const own = roundOf(messages);
  if (!own) throw new Error('You do not work on a task now: start_task begins one.');
  return own.id;
}

async function paragraph(tasks: Tasks, context: TurnContext): Promise<string> {
  const own = roundOf(context.messages);
  const task = own && (await tasks.get(own.id))?.value;
  if (own && task) {
    const children = await childrenOf(tasks, task);
    for (const { taint = [] } of children) addOrigins(context.taint, taint);
    return workingText(own.id, task, children);
  }
  const here = (await tasks.inRoom(context.roomId)).filter(
    ({ task }) => !task.parent && (task.endedAt ?? Number.POSITIVE_INFINITY) > Date.now() - toldMs,
  );
  for (const { task } of here) addOrigins(context.taint, task.taint ?? []);
  return openText(here);
}

async function childrenOf(tasks: Tasks, task: Task | undefined): Promise<Task[]> {
  const found = await Promise.all((task?.children ?? []).map((id) => tasks.get(id)));
  return found.flatMap((child) => (child ? [child.value] : []));
}
