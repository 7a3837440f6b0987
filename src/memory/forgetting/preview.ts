/** What somebody is shown before anything is forgotten. */
import type { Memory } from '../../core/memory.js';
import type { Store } from '../../store/store.js';
import type { Counts } from './order.js';
import type { Trace } from './trace.js';
import { isOwn, type Whose } from './whose.js';
import type { Wish } from './wish.js';

export interface Preview {
  /** Names it; null: nothing would go. */
  code: string | null;
  counts: Counts;
  /** Some of what would go, shortened. */
  samples: Sample[];
  /** Why nothing would go; null: something would. */
  why: string | null;
}

export interface Sample {
  kind: 'message' | 'reply' | 'fact' | 'summary' | 'chunk' | 'masked';
  text: string;
  /** Unix ms. */
  at: number;
}

const mostSamples = 5;
const mostChars = 120;

/** What the person said and what was kept of it before what the agent said. */
export function samplesOf(traces: readonly Trace[]): Sample[] {
  const of = (kind: Sample['kind'], found: readonly Memory[]) =>
    found.map(({ content, createdAt }) => ({ kind, text: shortened(content.text), at: createdAt }));
  const all = traces.flatMap(({ facts, messages, summaries, chunks, replies, masked }) => [
    ...of('fact', facts),
    ...of('message', messages),
    ...of('summary', summaries),
    ...of('chunk', chunks),
    ...of('reply', replies),
    ...of(
      'masked',
      masked.map(({ memory }) => memory),
    ),
  ]);
  const telling = all.filter(({ text }) => text !== '');
  return [...new Map(telling.map((sample) => [sample.text, sample])).values()].slice(0, mostSamples);
}

/** One line of it. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > mostChars ? `${line.slice(0, mostChars)}…` : line;
}

/** A sentence. */
export async function whyNothing(
  { memories, turns }: Pick<Store, 'memories' | 'turns'>,
  whose: Whose,
  wish: Wish,
): Promise<string> {
  switch (wish.what) {
    case 'everything':
      return 'Nothing that they said is remembered here.';
    case 'days':
      return 'They said nothing here then that is remembered.';
    case 'topic':
      return 'Nothing that they said here matches these words.';
    case 'memories': {
      const whys = await Promise.all(
        wish.ids.map(async (id) => {
          const memory = await memories.get(id);
          if (memory && memory.agentId === whose.agentId && isOwn(memory, whose))
            return memory.status === 'pending'
              ? 'one waits for its answer'
              : 'one is of another conversation';
          if (memory) return 'one is not theirs';
          return (await turns.get(id)) ? 'one names a turn, not a memory' : 'one names no memory';
        }),
      );
      return `Of these ids, ${[...new Set(whys)].join(', and ')}.`;
    }
  }
}
