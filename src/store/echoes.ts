/** What else goes when a message goes: the agent's words that answer or repeat it, and facts that were made of it. */
import type { Memory } from '../core/memory.js';
import { tellingTerms, termsOf } from './words.js';

/** Shorter texts, and those of a single word, stand in many messages that have nothing to do with them. */
const minEchoChars = 8;
const minEchoTerms = 2;

/** The agent's own messages among `all` that answer or repeat what is to be forgotten; nothing is repeated before it is said. */
export function echoesOf(asked: readonly Memory[], all: readonly Memory[]): Memory[] {
  const ids = new Set(asked.map(({ id }) => id));
  const said = asked.filter(({ content }) => isTelling(content.text.trim()));
  return all.filter(
    ({ role, content, createdAt }) =>
      role === 'assistant' &&
      ((content.replyTo !== null && ids.has(content.replyTo)) ||
        said.some((one) => createdAt >= one.createdAt && content.text.includes(one.content.text.trim()))),
  );
}

function isTelling(text: string): boolean {
  return text.length >= minEchoChars && tellingTerms(text).length >= minEchoTerms;
}

/**
 * Facts among `all` that the message's turn noted of its author, and that share at least half of their words with it: a
 * turn may have noted others, of what the same person said besides.
 */
export function factsOf({ turnId, author, content }: Memory, all: readonly Memory[]): Memory[] {
  if (turnId === null) return [];
  const said = new Set(termsOf(content.text));
  return all.filter((fact) => {
    if (fact.kind !== 'fact' || fact.turnId !== turnId || fact.author.id !== author.id) return false;
    const terms = tellingTerms(fact.content.text);
    return terms.filter((term) => said.has(term)).length * 2 >= terms.length;
  });
}
