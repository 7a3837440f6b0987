/** What somebody wants forgotten, and which of their memories that is. */
import { z } from 'zod';
import type { Memory } from '../../core/memory.js';
import { tellingTerms, termsOf } from '../../store/words.js';
import type { Reach } from './trace.js';
import { isOwn, isTheirs, type Whose } from './whose.js';

export const Wish = z.union([
  z.object({ what: z.literal('everything') }),
  z.object({ what: z.literal('topic'), words: z.string() }),
  /** Unix ms; what was said at `to` is not a part of it. */
  z.object({ what: z.literal('days'), from: z.number(), to: z.number() }),
  z.object({
    what: z.literal('memories'),
    ids: z.array(z.string()),
    /** What echoes them, too. */
    reach: z.literal('topic').optional(),
    /** What they were called by whoever wants them forgotten. */
    words: z.string().optional(),
  }),
]);
export type Wish = z.infer<typeof Wish>;

export function reachOf(wish: Wish): Reach {
  return wish.what === 'topic' || (wish.what === 'memories' && wish.reach) ? 'topic' : 'words';
}

/**
 * The person's own among all of a scope; of a direct conversation everything is. What waits for its answer stays.
 * @param before what was said later stays (Unix ms)
 * @param waiting what waits for its answer goes, too
 */
export function wished(
  all: readonly Memory[],
  wish: Wish,
  whose: Whose & { scope: string },
  before: number,
  { waiting = false } = {},
): Memory[] {
  const theirs = all.filter(
    (memory) => (waiting || memory.status !== 'pending') && memory.createdAt <= before,
  );
  const own = theirs.filter((memory) => isOwn(memory, whose));
  switch (wish.what) {
    case 'everything':
      return isTheirs(whose.scope, whose) ? withReplies(theirs, all) : own;
    case 'days':
      return own.filter(({ createdAt }) => createdAt >= wish.from && createdAt < wish.to);
    case 'memories': {
      const ids = new Set(wish.ids);
      return theirs.filter(
        (memory) => ids.has(memory.id) && (isOwn(memory, whose) || isTheirs(whose.scope, whose)),
      );
    }
    case 'topic':
      return bestMatches(wish.words, own);
  }
}

/** A reply may come while it is being forgotten. */
function withReplies(found: readonly Memory[], all: readonly Memory[]): Memory[] {
  const ids = new Set(found.map(({ id }) => id));
  return [...found, ...all.filter(({ id, content }) => !ids.has(id) && ids.has(content.replyTo ?? ''))];
}

/** Those that have most of the words, if that is at least half; those that match equally well together. */
function bestMatches(words: string, own: readonly Memory[]): Memory[] {
  const wanted = tellingTerms(words);
  const scored = own.map((memory) => {
    const has = new Set(termsOf(memory.content.text));
    return { memory, share: wanted.filter((term) => has.has(term)).length / wanted.length };
  });
  const best = Math.max(0.5, ...scored.map(({ share }) => share));
  return scored.filter(({ share }) => share === best).map(({ memory }) => memory);
}
