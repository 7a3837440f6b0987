import { z } from 'zod';
import { FatalError } from '../errors.js';
import { daysOf } from '../memory/forgetting/days.js';
import { Counts } from '../memory/forgetting/order.js';
import type { Whose } from '../memory/forgetting/whose.js';
import type { Wish } from '../memory/forgetting/wish.js';
import { replyNote } from '../store/reply-note.js';
import { defineOperation, type OperationParts } from './operation.js';
import { askedAt, id, instant } from './shapes.js';

const Whom = {
  connector: id,
  tenant: id.default('default'),
  userId: id,
  agentId: id,
  scope: id.optional().describe('one conversation; absent: wherever the agent knows them from'),
};

const wishes = ['everything', 'topic', 'day', 'ids', 'messageId'] as const;

const Previewing = z
  .strictObject({
    ...Whom,
    everything: z.boolean().optional(),
    topic: z.string().trim().min(1).max(1000).optional().describe('words of what is to be forgotten'),
    day: z.string().min(1).max(100).optional().describe('yesterday, 2026-11-20, or a range of days'),
    zone: z.string().min(1).max(64).optional().describe("whose days; absent: the hub's"),
    ids: z.array(id).min(1).max(100).optional().describe('of memories'),
    messageId: id.optional().describe('as its platform calls it'),
  })
  .refine(
    (given) => wishes.filter((wish) => given[wish] !== undefined && given[wish] !== false).length === 1,
    'write one of everything, topic, day, ids, messageId',
  );
type Previewing = z.output<typeof Previewing>;

const Shown = z.object({
  code: z.string().nullable(),
  counts: Counts,
  samples: z.array(z.object({ kind: z.string(), text: z.string(), at: instant })),
  why: z.string().nullable(),
});

export const previewMemories = defineOperation({
  name: 'memories.preview',
  about: 'show what would be forgotten of what a person said, and what was made of it',
  permission: 'people.forget',
  input: Previewing,
  example: { connector: 'http', userId: 'alice', agentId: 'assistant', topic: 'the blue heron' },
  output: Shown,
  concerns: ({ connector, tenant, userId, agentId, scope }) => ({
    connector,
    tenant,
    userId,
    agentId,
    scope,
  }),
  // Their words are in no row.
  audit: ({ connector, tenant, userId, agentId, scope, ...given }) => ({
    ...{ connector, tenant, userId, agentId, scope },
    what: wishes.find((wish) => given[wish] !== undefined && given[wish] !== false),
  }),
  async run(given, parts) {
    const { connector, tenant, userId, agentId, scope } = given;
    return parts.forgetting.preview(
      { connector, tenant, userId, agentId, scope },
      await wishOf(given, parts),
    );
  },
});

export const forgetMemories = defineOperation({
  name: 'memories.forget',
  about: 'forget what a preview showed; where more would go by now, that is shown, and nothing is forgotten',
  permission: 'people.forget',
  input: z.union([
    z.strictObject({ code: id.describe('of the preview'), askedAt }),
    z.strictObject({ ...Whom, askedAt: z.number().int().min(0) }),
  ]),
  output: z.object({
    /** Null: nothing was. */
    forgotten: Counts.nullable(),
    /** What would go by now, to be confirmed. */
    preview: Shown.nullable(),
  }),
  concerns: async (given, { forgetting }) =>
    ('code' in given ? await forgetting.whoseIs(given.code) : whoseOf(given)) ?? {},
  unknown: {
    message: 'There is no such preview, or it is too old. Look again what would go.',
    field: 'code',
  },
  audit: (given) => ('code' in given ? { code: given.code } : { ...whoseOf(given) }),
  async run(given, { forgetting }) {
    const code = 'code' in given ? given.code : await forgetting.lastShown(whoseOf(given), given.askedAt);
    if (code === null) return { forgotten: null, preview: null };
    const done = await forgetting.confirm(code, given.askedAt);
    if (done === null)
      throw new FatalError(
        'not_found',
        'There is no such preview, or it is too old. Look again what would go.',
        {
          field: 'code',
        },
      );
    return 'outdated' in done
      ? { forgotten: null, preview: done.outdated }
      : { forgotten: done, preview: null };
  },
});

function whoseOf({ connector, tenant, userId, agentId, scope }: Whose): Whose {
  return { connector, tenant, userId, agentId, scope };
}

async function wishOf(given: Previewing, { store }: Pick<OperationParts, 'store'>): Promise<Wish> {
  const { topic, day, zone, ids, messageId } = given;
  if (topic !== undefined) return { what: 'topic', words: topic };
  if (day !== undefined) return { what: 'days', ...daysOf(day, zone ?? hubZone(), Date.now()) };
  if (ids) return { what: 'memories', ids };
  if (messageId === undefined) return { what: 'everything' };
  const { agentId, connector, tenant } = given;
  const key = { agentId, connector, tenant, messageId };
  const found = await store.memories.find(key);
  const reply = found ? null : await store.notes.get(replyNote.key(key));
  return { what: 'memories', ids: [found?.id ?? (typeof reply === 'string' ? reply : messageId)] };
}

function hubZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
