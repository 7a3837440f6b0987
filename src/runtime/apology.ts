/** What people read where a turn has ended without an answer, or in the middle of one. */
import type { TurnStep } from '../core/turn.js';
import { asCarrierError } from '../errors.js';
import { unknownText } from './stuck.js';

/** What stands in place of a reply that somebody called off. */
const stopped = 'Stopped.';

/** What a person reads when their turn has failed for good. Why, the log and the turn say. */
export function apologyFor(error: unknown, steps: readonly TurnStep[]): string {
  return withUnknown(sorryFor(error), steps);
}

/** The text, and of which calls nobody knows whether they took effect, where their people have not been told. */
export function withUnknown(text: string, steps: readonly TurnStep[]): string {
  const actions = steps.flatMap((step) => step.actions);
  // It says so itself, so whoever runs it again need not.
  const unknown = actions.filter(({ state, told }) => (state === 'unknown' || state === 'running') && !told);
  for (const action of unknown) action.told = true;
  return [text, ...new Set(unknown.map(unknownText))].join('\n\n');
}

/** What people have seen of the answer stays in the room, and says that it was stopped. */
export async function cutOff(said: string): Promise<string> {
  if (said.trim() === '') return stopped;
  // Loaded here: a hub need not wait for a parser of markdown when it starts.
  const { healMarkdown } = await import('../markdown/heal.js');
  return `${healMarkdown(said.trimEnd())}\n\n${stopped}`;
}

function sorryFor(error: unknown): string {
  const { code } = asCarrierError(error);
  if (code === 'model_unavailable' || code === 'model_timeout')
    return 'Sorry, the language model could not be reached, so I could not answer. Please try again later.';
  if (code === 'model_refused')
    return 'Sorry, the language model refuses to work for me, so I could not answer. Whoever runs me can see why.';
  return 'Sorry, something went wrong on my side and I could not answer. Please try again.';
}
