/** Secrets in what a turn gave its tools and got from them: once it is over nobody needs them any more. */
import type { Turn, TurnStep } from '../core/turn.js';
import type { TurnStore } from '../store/turn-store.js';
import { withoutSecrets } from './secrets.js';

/** Blanks them out in the stored steps; those of a turn that waits are still to be run. */
export async function blankOutSteps(
  { turnId, status, steps }: Pick<Turn, 'turnId' | 'status' | 'steps'>,
  turns: Pick<TurnStore, 'edit'>,
  /** Resolves once the reply is delivered: until then its delivery works on what is stored of both. */
  delivered: () => Promise<void>,
): Promise<void> {
  if (status === 'waiting' || steps.length === 0) return;
  const clean = steps.map(cleanStep);
  if (JSON.stringify(clean) === JSON.stringify(steps)) return;
  await delivered();
  await turns.edit(turnId, { steps: clean });
}

/** Fields keep their order: whatever has nothing to hide stays the same text. */
function cleanStep(step: TurnStep): TurnStep {
  return {
    ...step,
    text: withoutSecrets(step.text),
    actions: step.actions.map((action) => ({
      ...action,
      arguments: cleanArguments(action.arguments),
      result: action.result === null ? null : withoutSecrets(action.result),
    })),
  };
}

/** By the values in it, so that it stays the JSON that it is. */
function cleanArguments(written: string): string {
  try {
    const clean = JSON.stringify(cleaned(JSON.parse(written)));
    // Nothing was found: it stays as it was written, to the letter.
    return clean === JSON.stringify(JSON.parse(written)) ? written : clean;
  } catch {
    return withoutSecrets(written);
  }
}

function cleaned(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => cleaned(one, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cleaned(one, key)]));
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  // A name such as "password" says what a value is that does not look like it.
  const [before, text] = [`${name.replaceAll('_', ' ')}: `, String(value)];
  const shown = withoutSecrets(before + text);
  if (shown === before + text) return value;
  return shown.startsWith(before) ? shown.slice(before.length) : withoutSecrets(text);
}
