/** What scores count for: which version of an agent answered, and about what. */
import { createHash } from 'node:crypto';
import type { Character } from '../core/character.js';
import { termsOf } from '../store/words.js';

/** Of questions that belong to no topic of the agent's. */
export const otherTopic = 'other';

const digests = new WeakMap<object, string>();
const none: readonly string[] = [];

/** The same for the same definition and lessons, in every process: `3f9a01bc`, or `3f9a01bc+77d2` with lessons. */
export function versionOf(character: Character, lessons: readonly string[] = none): string {
  const definition = digestOf(character);
  return lessons.length === 0 ? definition : `${definition}+${digestOf(lessons).slice(0, 4)}`;
}

function digestOf(value: object): string {
  const known = digests.get(value);
  if (known) return known;
  const made = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
  digests.set(value, made);
  return made;
}

/** The first of its topics of which the question has all words of an entry, in whatever form. */
export function topicOf(character: Character, question: string): string {
  const topics = Object.entries(character.evaluation.topics);
  if (topics.length === 0) return otherTopic;
  const terms = new Set([...termsOf(question), ...(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]);
  const isAbout = (entry: string) => {
    const wanted = termsOf(entry);
    return wanted.length > 0 && wanted.every((term) => terms.has(term));
  };
  return topics.find(([, entries]) => entries.some(isAbout))?.[0] ?? otherTopic;
}
