import { z } from 'zod';
import { defineOperation } from './operation.js';
import { failure, instant } from './shapes.js';

const counts = z.partialRecord(z.string(), z.number());

export const embeddingsStatus = defineOperation({
  name: 'embeddings.status',
  about: 'how far the vectors of each embedder are, by kind of memory, and what hinders them',
  permission: 'health.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    embedders: z.array(
      z.object({
        embedder: z.string().describe('and the form of what it was given'),
        dimensions: z.number().describe('of a vector; 0: not known yet'),
        state: z
          .enum(['current', 'filling', 'former'])
          .describe('former: another is current; it serves until that is complete'),
        startedAt: instant,
        completeAt: instant.nullable().describe('when everything had its vector for the first time'),
        usedAt: instant,
        embedded: counts.describe('memories that have their vector, or need none'),
        backlog: counts.describe('memories that wait for one'),
        problem: failure.describe('why no vectors are made now: words alone find'),
      }),
    ),
  }),
  async run(_input, { store: { memories }, embeddings }) {
    const states = await embeddings.states();
    const embedders = states.map(async ({ key, id: _id, completeAt, ...state }, i) => {
      const [embedded, backlog] = await Promise.all([
        memories.embedded(key),
        i === 0 ? memories.backlog(key) : {},
      ]);
      const named = i > 0 ? ('former' as const) : completeAt ? ('current' as const) : ('filling' as const);
      return { embedder: key, state: named, ...state, completeAt, embedded, backlog };
    });
    return { embedders: await Promise.all(embedders) };
  },
});
