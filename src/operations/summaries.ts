import { z } from 'zod';
import { defineOperation } from './operation.js';
import { placeOfRoom } from './place.js';
import { failure, id, instant } from './shapes.js';

export const roomSummary = defineOperation({
  name: 'rooms.summary',
  about:
    'the summary of what was said in a room and has left the prompt, and why there is none newer if one failed',
  permission: 'rooms.summary',
  reads: true,
  input: z.strictObject({ roomId: id }),
  output: z.object({
    summary: z
      .object({
        text: z.string(),
        madeAt: instant,
        /** `rules`, or `model:` and its id. */
        by: z.string(),
        /** What it covers. */
        messages: z.number(),
        first: z.string(),
        last: z.string(),
      })
      .nullable(),
    /** Why the next one could not be made; it is tried again. */
    failing: z.object({ error: failure, since: instant, tries: z.number() }).nullable(),
  }),
  concerns: async ({ roomId }, parts) => ({ roomId, ...(await placeOfRoom(roomId, parts)) }),
  unknown: { message: 'There is no such room.', field: 'roomId' },
  audit: ({ roomId }) => ({ roomId }),
  async run({ roomId }, { summaries }) {
    const { summary, failing } = await summaries.read(roomId);
    const { text = '', ...covers } = { ...summary?.summary, text: summary?.content.text };
    const { code = '', message = '', since = 0, tries = 0 } = failing ?? {};
    return {
      summary: summary && { ...blank, ...covers, text, madeAt: summary.createdAt },
      failing: failing ? { error: { code, message }, since, tries } : null,
    };
  },
});

const blank = { by: 'rules', messages: 0, first: '', last: '' };
