/** What stood in a prompt besides the conversation, and is kept for no turn: shown as it is now, to those who may read it. */
import { z } from 'zod';
import { authorise, hubTenant, type Principal } from '../access/principal.js';
import { Author } from '../core/memory.js';
import { discreet } from '../memory/secrets.js';
import { factsOf, placeOf, stateOf } from './facts.js';
import type { OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { instant, texts } from './shapes.js';

export const knowledgeShapes = {
  facts: z
    .array(z.object({ ...texts('id', 'text'), author: Author, at: instant }))
    .describe(
      'what the agent knows of those who talk there, as of now; empty where whoever asks may not read it',
    ),
  summary: z
    .object({
      ...{ text: z.string(), madeAt: instant },
      later: z.boolean().describe('it was made after the turn: the model has read an earlier one, or none'),
    })
    .nullable()
    .describe('of the conversation, as of now; null: there is none, or whoever asks may not read it'),
  notKept: z
    .array(z.string())
    .describe(
      'what the model may have read besides, of which nothing is kept: it was made for that turn alone',
    ),
};

export async function knowledgeOf(
  { agentId, roomId, finishedAt }: { agentId: string; roomId: string; finishedAt: number },
  parts: OperationParts & { principal: Principal },
) {
  const { principal, summaries } = parts;
  const place = { roomId, ...(await placeOfRoom(roomId, parts)) };
  const mayFacts = authorise(principal, 'facts.read', { ...place, userId: '' });
  const [facts, found] = await Promise.all([
    mayFacts ? factsOf({ agentId, roomId, tenant: hubTenant }, parts) : [],
    authorise(principal, 'rooms.summary', place) ? summaries.read(roomId) : null,
  ]);
  const summary = found?.summary;
  return {
    facts: facts
      .filter((fact) => stateOf(fact) === 'now' && authorise(principal, 'facts.read', placeOf(fact)))
      .map((fact) => ({
        ...{ id: fact.id, text: discreet(fact).content.text },
        ...{ author: fact.author, at: fact.createdAt },
      })),
    summary: summary
      ? {
          ...{ text: summary.content.text, madeAt: summary.createdAt },
          later: summary.createdAt > finishedAt,
        }
      : null,
    notKept: ["what plugins' context providers said", 'how the prompt was cut to what the model reads'],
  };
}
