/** When a turn gets no further with its tools. */
import { harmless } from '../core/harmless.js';
import type { ActionRecord, TurnStep } from '../core/turn.js';

/** So many steps with the same failure end a turn. */
const most = 3;
const shownChars = 64;

/** The call that has failed in the same way, or with the same arguments, again and again; null: none has. */
export function stuckOn(steps: readonly TurnStep[]): ActionRecord | null {
  const failures = new Map<string, number>();
  for (const { actions } of steps) {
    const here = new Map<string, ActionRecord>();
    for (const action of actions) {
      const { name, state, arguments: args, result } = action;
      if (state === 'done')
        for (const key of failures.keys()) if (key.startsWith(`${name}\n`)) failures.delete(key);
      if (state !== 'failed' && state !== 'denied' && state !== 'unknown') continue;
      here.set(`${name}\nresult ${result}`, action);
      here.set(`${name}\narguments ${args}`, action);
    }
    for (const [key, action] of here) {
      const count = (failures.get(key) ?? 0) + 1;
      if (count >= most) return action;
      failures.set(key, count);
    }
  }
  return null;
}

/** What people are told then. */
export function stuckText({ name, state }: ActionRecord): string {
  const how = state === 'denied' ? 'was not permitted' : 'failed';
  return `I stopped here: ${named(name)} ${how} ${most} times in the same way.`;
}

/** What people are told of a call of which nobody knows whether it took effect. */
export function unknownText({ name }: ActionRecord): string {
  return `Nobody knows whether ${named(name)} took effect: it was interrupted while it ran. Please check before you ask for it again.`;
}

/** Models make names up. */
function named(name: string): string {
  return `\`${harmless(name)
    .replace(/[\s`]+/g, ' ')
    .slice(0, shownChars)}\``;
}
