/** What of a client's history the agent has not heard. */
import { z } from 'zod';
import type { Part } from '../../src/extension-api.js';
import type { Step } from './history.js';
import type { Said } from './request.js';

/** Of what the agent is shown of a history that it did not hear. */
const mostEarlier = 60;
const mostEarlierChars = 40_000;

/** What came with the message besides: a process may die before it is stored, and it must come again then. */
export const told = {
  /** The client's rules were new. */
  ruled: z.boolean().optional(),
  /** It was the first of its room. */
  opens: z.boolean().optional(),
};

/** The user's messages since the assistant's last, without those that were sent before. */
export function newWords(steps: readonly Step[], isKnown: (path: string) => boolean): Said {
  const from = steps.findLastIndex(({ before, path }, index) => {
    const isLast = index === steps.length - 1;
    return before !== '' || index === 0 || (!isLast && isKnown(path));
  });
  const start = steps[from]!;
  const isKnownStart = from < steps.length - 1 && isKnown(start.path);
  const run = steps.slice(isKnownStart ? from + 1 : from).map(({ said }) => said);
  return {
    role: 'user',
    text: run
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('\n\n'),
    files: run.flatMap(({ files }) => files),
  };
}

function rulesPart(rules: string): Part {
  return { kind: 'quote', author: 'system message of the program', bot: true, text: rules };
}

/** The history before the words that are new, as the client tells it. */
function earlierParts(history: readonly Said[]): Part[] {
  const end = history.findLastIndex(({ role }) => role === 'assistant') + 1;
  const parts: Part[] = [];
  let chars = 0;
  for (const { role, text } of history.slice(0, end).toReversed()) {
    chars += text.length;
    if (parts.length === mostEarlier || chars > mostEarlierChars) break;
    const author =
      role === 'assistant' ? 'assistant, as the program tells it' : 'the person, as the program tells it';
    parts.unshift({ kind: 'earlier', author, ...(role === 'assistant' && { bot: true }), text });
  }
  return parts;
}

export function partsOf(
  { ruled, opens }: { ruled?: boolean | undefined; opens?: boolean | undefined },
  history: readonly Said[],
  rules: string,
): Part[] {
  return [...(ruled && rules !== '' ? [rulesPart(rules)] : []), ...(opens ? earlierParts(history) : [])];
}
