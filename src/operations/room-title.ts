/** What rooms are called in lists: by the first words that somebody said there. They are kept nowhere besides. */
import { harmless } from '../core/harmless.js';
import { discreet } from '../memory/secrets.js';
import type { OperationParts } from './operation.js';

/** Of a room's oldest messages: before the first words of a person an agent may have said something unasked. */
const mostRead = 5;
const mostChars = 60;

/** Null: nobody has said anything in words there, or it is forgotten. */
export async function titleOf(
  roomId: string,
  { store: { memories } }: Pick<OperationParts, 'store'>,
): Promise<string | null> {
  const { items } = await memories.history(roomId, { limit: mostRead });
  const texts = items
    .filter(({ role, trigger }) => role === 'user' && !trigger)
    .map((memory) => discreet(memory).content.text);
  return texts.map(shortened).find((words) => words !== '') ?? null;
}

function shortened(text: string): string {
  const line = harmless(text.slice(0, 1000)).replace(/\s+/g, ' ').trim();
  const chars = [...line];
  if (chars.length <= mostChars) return line;
  const cut = chars.slice(0, mostChars).join('');
  return `${cut.replace(/\s+\S*$/, '')}…`;
}
