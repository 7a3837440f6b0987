import { z } from 'zod';
import { FatalError } from '../errors.js';
import { bestRating } from '../evaluation/opinions.js';
import { averageOf, counted } from '../evaluation/score.js';
import { namedIn } from './named.js';
import { defineOperation } from './operation.js';
import { id, page, texts } from './shapes.js';
import { noTurn, placeOfTurn } from './turns.js';

export const listScores = defineOperation({
  name: 'scores.list',
  about: 'how replies fared, by agent, day, version and topic: from 0 to 1, and what it is made of',
  permission: 'scores.read',
  reads: true,
  input: z.strictObject({ agentId: id.optional(), ...page }),
  output: z.object({
    scores: z.array(
      z.object({
        ...texts('agentId', 'day', 'version', 'topic'),
        score: z.number().nullable().describe('null: nothing of it is known'),
        ...(Object.fromEntries(counted.map((name) => [name, z.number()])) as Record<
          (typeof counted)[number],
          z.ZodNumber
        >),
        judge: z.number().nullable().describe('what the judge gave on average; null: it was not asked'),
        failures: z.record(z.string(), z.number()).describe('how many replies failed by which check or rule'),
        turns: z.array(z.string()).describe('those that failed or were corrected, the latest ones'),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns: ({ agentId }) => ({ agentId }),
  async run({ agentId, limit, cursor }, { scores }) {
    const { items, nextCursor } = await scores.list({
      ...{ limit, cursor },
      ...(agentId !== undefined && { group: agentId }),
    });
    return {
      scores: items.map(({ value }) => ({
        ...value,
        score: averageOf(value),
        judge: value.judged > 0 ? value.judgeSum / value.judged : null,
      })),
      nextCursor,
    };
  },
});

export const rateTurn = defineOperation({
  name: 'turns.rate',
  about: 'say how good a reply was, from 1 to 5; whoever says it again has changed their mind',
  permission: 'turns.rate',
  input: z.strictObject({
    turnId: id,
    rating: z.coerce.number().int().min(1).max(bestRating),
  }),
  output: z.object({ turnId: z.string(), rating: z.number() }),
  concerns: ({ turnId }, parts) => placeOfTurn({ turnId }, parts),
  unknown: noTurn,
  audit: (input) => input,
  async run({ turnId, rating }, { store, opinions, principal }) {
    const turn = await store.turns.get(turnId);
    if (!turn?.replyId)
      throw new FatalError('not_found', 'No such turn has ended with a reply.', { field: 'turnId' });
    const { kind, name } = namedIn(principal);
    await opinions.rate(turn, rating, `${kind}:${name}`);
    return { turnId, rating };
  },
});
