import { z } from 'zod';
import type { Resource } from '../access/role.js';
import { FatalError } from '../errors.js';
import { type Lesson, lessonStates, longestLesson } from '../evaluation/lesson.js';
import { redact } from '../redaction.js';
import { each } from '../store/paging.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, instant, page, texts } from './shapes.js';

const One = z.strictObject({ id });
const text = z
  .string()
  .trim()
  .min(1)
  .max(longestLesson)
  .refine((said) => redact(said) === said, 'has what looks like a secret, and would be told to models');
const Shown = z.object({
  ...texts('id', 'agentId', 'text'),
  state: z.enum(lessonStates),
  version: z.number().describe('counts its changes'),
  from: z.array(z.string()).describe('turns that it was learnt from'),
  why: z.string().optional(),
  changes: z.array(z.object({ ...texts('text', 'by'), state: z.enum(lessonStates), at: instant })),
});

const noLesson = { message: 'There is no such lesson.', field: 'id' };

export const listLessons = defineOperation({
  name: 'lessons.list',
  about: 'rules that agents could have, and those that they have, learnt from how their replies fared',
  permission: 'lessons.read',
  reads: true,
  input: z.strictObject({ agentId: id.optional(), state: z.enum(lessonStates).optional(), ...page }),
  output: z.object({ lessons: z.array(Shown), nextCursor: z.string().nullable() }),
  concerns: ({ agentId }) => ({ agentId }),
  async run({ agentId, state, limit, cursor }, { lessons }) {
    const group = agentId !== undefined && { group: agentId };
    if (state === undefined) {
      const found = await lessons.list({ limit, cursor, ...group });
      return { lessons: found.items.map(shownOf), nextCursor: found.nextCursor };
    }
    // There are few of an agent, so that all are looked through.
    const found = [];
    for await (const one of each((page) => lessons.list({ ...page, ...group })))
      if (one.value.state === state && (cursor === undefined || one.id > cursor)) found.push(one);
    const shown = found.slice(0, limit);
    return {
      lessons: shown.map(shownOf),
      nextCursor: found.length > limit ? shown.at(-1)!.id : null,
    };
  },
});

export const showLesson = defineOperation({
  name: 'lessons.show',
  about: 'a lesson: its text, what has become of it, and by whom',
  permission: 'lessons.read',
  reads: true,
  input: One,
  output: Shown,
  concerns: placeOfLesson,
  unknown: noLesson,
  audit: (input) => input,
  async run({ id }, { lessons }) {
    const found = await lessons.get(id);
    if (!found) throw new FatalError('not_found', noLesson.message, { field: noLesson.field });
    return shownOf(found);
  },
});

export const proposeLesson = defineOperation({
  name: 'lessons.propose',
  about: 'propose a rule to an agent; it stands in no prompt before it is approved',
  permission: 'lessons.propose',
  input: z.strictObject({
    agentId: id,
    text: text.describe('one sentence'),
    from: z.array(id).max(20).optional().describe('turns that it is learnt from'),
  }),
  output: Shown.extend({ isNew: z.boolean().describe('false: it was proposed before') }),
  concerns: ({ agentId }) => ({ agentId }),
  audit: ({ agentId }) => ({ agentId }),
  async run({ agentId, text, from }, { agents, lessons, principal }) {
    agents.get(agentId);
    const { id, lesson, isNew } = await lessons.propose({ agentId, text, from }, nameOf(principal));
    return { ...shownOf({ id, value: lesson }), isNew };
  },
});

const changed = {
  output: Shown,
  concerns: placeOfLesson,
  unknown: noLesson,
  audit: ({ id }: { id: string }) => ({ id }),
} as const;
const Changed = One.extend({
  version: z.coerce.number().int().min(1).optional().describe('the one that was read; another is a conflict'),
});

export const approveLesson = defineOperation({
  name: 'lessons.approve',
  ...changed,
  about: 'make a lesson a rule of its agent, perhaps in other words; it counts within a second',
  permission: 'lessons.approve',
  input: Changed.extend({ text: text.optional().describe('in place of what was proposed') }),
  run: async ({ id, ...more }, { lessons, principal }) =>
    shownOf({ id, value: await lessons.decide(id, 'approved', nameOf(principal), more) }),
});

export const rejectLesson = defineOperation({
  name: 'lessons.reject',
  ...changed,
  about: 'say no to a lesson; the hub does not propose it again',
  permission: 'lessons.change',
  input: Changed,
  run: async ({ id, version }, { lessons, principal }) =>
    shownOf({ id, value: await lessons.decide(id, 'rejected', nameOf(principal), { version }) }),
});

export const removeLesson = defineOperation({
  name: 'lessons.remove',
  ...changed,
  about: 'take a lesson out of its agent’s prompts; what it was stays in the list',
  permission: 'lessons.change',
  input: Changed,
  run: async ({ id, version }, { lessons, principal }) =>
    shownOf({ id, value: await lessons.decide(id, 'removed', nameOf(principal), { version }) }),
});

async function placeOfLesson({ id }: { id: string }, { lessons }: OperationParts): Promise<Resource> {
  const found = await lessons.get(id);
  return found ? { agentId: found.value.agentId } : {};
}

function nameOf(principal: Parameters<typeof namedIn>[0]): string {
  const { kind, name } = namedIn(principal);
  return `${kind} ${name}`;
}

function shownOf({ id, value }: { id: string; value: Lesson }): z.input<typeof Shown> {
  return { id, ...value };
}
