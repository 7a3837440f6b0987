/** Keeping files that people send, to answer from later. */
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';

const things = '[(file|files|document|documents|attachment|attachments|upload|pdf|text)]';

export const keepFiles = defineAction({
  name: 'keep_files',
  description:
    'Keeps the files that somebody has just sent, to answer from them later, when they ask you to remember or keep them. Without "who" they are kept for this conversation; with "everybody", for all who talk to you.',
  parameters: z.object({
    who: z.string().max(40).optional().describe('"everybody", where they said so; otherwise leave it out'),
  }),
  timeoutMs: 20_000,
  repeatable: true,
  phrases: [
    {
      say: `[please] (remember|keep|save|learn|memorize|memorise) (this|that|these|those|it|the|my) ${things} [(please|for me|for later|in mind)] [for {who}]`,
      where: { who: '(?:everyone|everybody|all|all of us|the team|us all)' },
    },
  ],
  async run({ who }, { documents, signal }) {
    signal.throwIfAborted();
    const everybody = who !== undefined && /every|all|team/i.test(who);
    const names = await documents.keep(everybody);
    const told = names.map((name) => `"${name}"`).join(', ');
    return `Kept${everybody ? ' for everybody' : ''}: ${told}. I read it now, and answer from it in a moment.`;
  },
});
