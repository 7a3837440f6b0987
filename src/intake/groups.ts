import { type Arrival, drop, pass, type Rule, type Ruling } from './gate.js';
import { type TextLimits, textProblem } from './text.js';
import type { Threads } from './threads.js';

/** Whether talk in a group is meant for the agent. What is not may be kept, for the agent to know of. */
export function groups(limits: TextLimits, threads: Pick<Threads, 'isOurs'>): Rule {
  return (arrival) => {
    const { message, settings } = arrival;
    if (message.direct) return pass;
    if (settings.groups === 'off') return drop;
    if (message.addressed || settings.groups === 'always' || hasKeyword(arrival)) return pass;
    // Nobody asked for an answer, so nobody is told that this is too long.
    const overheard: Ruling = settings.context && !textProblem(message, limits) ? { kind: 'keep' } : drop;
    if (!message.threaded || message.addressesAnother || settings.threads === 'mention') return overheard;
    return threads.isOurs(message).then((ours) => (ours ? pass : overheard));
  };
}

/** As a word of its own, in any case. */
function hasKeyword({ message, settings }: Arrival): boolean {
  if (settings.groups !== 'keyword') return false;
  const text = message.text.normalize('NFKC');
  return settings.keywords.some((keyword) => {
    const literal = keyword.normalize('NFKC').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
  });
}
