/** Parts: words that a message carries and that its author did not type. */
import { z } from 'zod';

/**
 * What a part of a message is.
 * - `quote`: words of another message that it points at, besides its `quote`; also of another chat.
 * - `forwarded`: a message passed on. `earlier`: said before in its thread, the message a thread began with first.
 * - `title`: of the thread, the post or the place. `card`: an embed, an attachment with words, a link's preview.
 * - `poll`, `sticker`, `voice` (what a recording says).
 * - `note`: the connector's own remark, on what it cannot read say.
 */
// biome-ignore format: one line.
const partKinds = ['quote', 'forwarded', 'earlier', 'title', 'card', 'poll', 'sticker', 'voice', 'note'] as const;
/** What a part is; see above. */
export type PartKind = (typeof partKinds)[number];

const maxPartChars = 10_000;

/** Words that a message carries and that its author did not type. */
export const Part = z.object({
  kind: z.enum(partKinds),
  /** Whoever wrote the words, as people read it. */
  author: z
    .string()
    .transform((name) => name.slice(0, 256))
    .optional(),
  /** The author is a bot. */
  bot: z.boolean().optional(),
  /** When they were written, Unix ms. */
  at: z.number().optional(),
  text: z.string().transform((text) => text.slice(0, maxPartChars)),
});
export type Part = z.infer<typeof Part>;

const maxParts = 200;
const maxPartsChars = 60_000;

/** As many as are kept with a message: what comes first counts. */
function bounded(parts: Part[]): Part[] {
  let left = maxPartsChars;
  return parts
    .filter(({ text }) => text.trim() !== '')
    .slice(0, maxParts)
    .filter(({ text }) => {
      left -= text.length;
      return left >= 0;
    });
}

/** Parts as they are kept: what is too long or too many is cut. */
export const Parts = z.array(Part).transform(bounded);
