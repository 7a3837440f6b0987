/** Facts as memories: whose they are, what they say, and whether they hold. */
import { type Fact, hasEnded } from '../../core/derived-memory.js';
import { derivedId } from '../../core/ids.js';
import type { Memory } from '../../core/memory.js';
import type { KnownFact, Statement } from './rules/fact.js';

/** Ended because it never was so. */
const denied = 'denied:';

/** The block of a fact, also of one that an older hub kept. */
export function blockOf({ fact, id }: Pick<Memory, 'fact' | 'id'>): Fact {
  return fact ?? { from: [id], how: 'asked', confidence: 1, said: 1, version: 0 };
}

export function knownOf(memory: Memory): KnownFact {
  const { says, since, until } = blockOf(memory);
  const { name } = memory.author;
  return {
    ...{ text: memory.content.text, at: memory.createdAt },
    ...(name && { owner: name }),
    ...(says && (says as Partial<Statement>)),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

export function holds(memory: Memory, now: number): boolean {
  return !hasEnded(memory, now);
}

export function deniedBy(id: string): string {
  return `${denied}${id}`;
}

/** Whether its owner has said that it never was so: nobody is told it again. */
export function isDenied({ fact }: Pick<Memory, 'fact'>): boolean {
  return fact?.endedBy?.startsWith(denied) === true;
}

/** Whether a fact is of this person; ids are theirs within a connector and tenant. */
export function isOf(fact: Memory, owner: Pick<Memory, 'author' | 'source'>): boolean {
  return (
    fact.author.id === owner.author.id &&
    fact.source.connector === owner.source.connector &&
    fact.source.tenant === owner.source.tenant
  );
}

/** Alike for texts that say the same letter for letter, or nearly. */
export function plainly(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** In the place of a platform's message id: what a message gives once, it gives under the same key. */
export function factKey(messageId: string, text: string): string {
  return derivedId('fact', messageId, plainly(text));
}
