/** Which facts a turn is told: by what the question is about and by age, so that nobody's crowd out those of others. */
import type { Memory } from '../../core/memory.js';
import { tellingTerms, termsOf } from '../../store/words.js';
import { isOf, knownOf, plainly } from './known.js';
import { extractFacts } from './rules/extract.js';
import { relate } from './rules/relate.js';

/** Most facts of a prompt, and most of one person where others have some, too. */
const mostFacts = 40;
const mostOfOthers = 8;
/** Most characters of one person's facts in a prompt, where others talk; of whoever asks. */
const othersChars = 1_500;
const askerChars = 8_000;
/** What the question's words count for, and how new it is. */
const weights = { words: 1, newness: 0.3 };

export interface Choice {
  /** Those that hold, newest first. */
  facts: readonly Memory[];
  question: string;
  /** Who asks. */
  asker: Pick<Memory, 'author' | 'source'>;
}

/** Best first. */
export function chosen({ facts, question, asker }: Choice): Memory[] {
  const distinct = onceEach(facts);
  const ranked = byRelevance(distinct, question);
  const used = new Map<string, { facts: number; chars: number }>();
  const picked: Memory[] = [];
  for (const fact of ranked) {
    if (picked.length >= mostFacts) break;
    const own = isOf(fact, asker);
    const key = JSON.stringify([fact.source.connector, fact.source.tenant, fact.author.id]);
    const so = used.get(key) ?? { facts: 0, chars: 0 };
    const length = fact.content.text.length;
    if (so.chars + length > (own ? askerChars : othersChars)) continue;
    if (!own && so.facts >= mostOfOthers) continue;
    used.set(key, { facts: so.facts + 1, chars: so.chars + length });
    picked.push(fact);
  }
  return picked;
}

/** What two say alike is told once, and of several scopes' what the newest says. */
function onceEach(facts: readonly Memory[]): Memory[] {
  const kept: Memory[] = [];
  const texts = new Set<string>();
  for (const fact of facts) {
    const key = `${fact.author.id} ${plainly(fact.content.text)}`;
    if (texts.has(key)) continue;
    texts.add(key);
    if (!kept.some((newer) => newer.scope !== fact.scope && isOver(fact, newer))) kept.push(fact);
  }
  return kept;
}

/** In one scope the keeper has seen to that. */
function isOver(older: Memory, newer: Memory): boolean {
  const said = { text: newer.content.text, at: newer.createdAt };
  return extractFacts(said).some((found) =>
    ['same', 'newer', 'ends'].includes(relate(knownOf(older), found)),
  );
}

function byRelevance(facts: readonly Memory[], question: string): Memory[] {
  const asked = new Set(tellingTerms(question));
  const words = facts.map((fact) => new Set(wordsOf(fact)));
  const frequency = new Map<string, number>();
  for (const some of words) for (const word of some) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const scores = new Map(
    facts.map((fact, at) => {
      let match = 0;
      for (const word of words[at]!)
        if (asked.has(word)) match += Math.log(1 + facts.length / frequency.get(word)!);
      const newness = (facts.length - at) / facts.length;
      return [fact, weights.words * match + weights.newness * newness] as const;
    }),
  );
  return [...facts].sort((a, b) => scores.get(b)! - scores.get(a)!);
}

const split = new WeakMap<Memory, string[]>();

function wordsOf(fact: Memory): string[] {
  const known = split.get(fact);
  if (known) return known;
  const words = termsOf(fact.content.text);
  split.set(fact, words);
  return words;
}
