/** What is said in the place of an answer where a turn waits for decisions. */
import { harmless } from '../core/harmless.js';
import type { Approval } from './approval.js';

const shownChars = 200;

export function waitingText(asked: readonly Approval[]): string {
  const calls = asked.map(({ id, name, arguments: args }) => `\`${shown(`${name} ${args ?? ''}`)}\` (${id})`);
  const [first] = asked;
  if (!first) return 'This waits for a decision.';
  const { role, people } = asked
    .map(({ terms }) => terms)
    .reduce((one, other) => (other.people > one.people ? other : one));
  const who =
    people === 1
      ? `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role} approves it`
      : `${people} people approve it (${role} or more)`;
  const how = asked.length === 1 ? `/approve ${first.id} or /deny ${first.id}` : '/approve ID or /deny ID';
  return `This waits until ${who}: ${calls.join(', ')}. They decide with ${how}, or with the buttons of its card where it has some.`;
}

function shown(call: string): string {
  const text = harmless(call)
    .replace(/[\s`]+/g, ' ')
    .trim();
  return text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
}
