/** Stands in for the rules until they are here. */
import type { FoundFact, KnownFact, Relation, Said } from './fact.js';

export function extractFacts({ text }: Said): FoundFact[] {
  const found: FoundFact[] = [];
  for (const span of text.split(/(?<=[.!?])\s+/)) {
    const fact = statementIn(span);
    if (fact) found.push(fact);
  }
  return found;
}

function statementIn(span: string): FoundFact | null {
  const base = {
    text: span.trim(),
    span: span.trim(),
    confidence: 0.8,
    polarity: 1,
    temporal: 'now',
  } as const;
  const named = /^my (\w+)(?: is (?:now )?called| is named|'s name is) (\w+)/i.exec(span);
  if (named) return { ...base, subject: named[1]!.toLowerCase(), attribute: 'name', value: named[2]! };
  const lives = /^I live in (\w+)/i.exec(span);
  if (lives) return { ...base, subject: 'self', attribute: 'home', value: lives[1]! };
  const likes = /^I (?:love|like) (\w+)/i.exec(span);
  if (likes) return { ...base, subject: 'self', attribute: 'likes', value: likes[1]! };
  const dislikes = /^I can't stand (\w+)/i.exec(span);
  if (dislikes) return { ...base, subject: 'self', attribute: 'likes', value: dislikes[1]!, polarity: -1 };
  const allergic = /I am (?:badly )?allergic to (\w+)/i.exec(span);
  if (allergic) return { ...base, subject: 'self', attribute: 'allergy', value: allergic[1]! };
  const healthy = /I have no (\w+) allergy/i.exec(span);
  if (healthy)
    return { ...base, subject: 'self', attribute: 'allergy', value: `${healthy[1]}s`, polarity: -1 };
  return null;
}

export function relate(known: KnownFact, found: FoundFact): Relation {
  const [before] = extractFacts({ text: known.text, at: known.at });
  if (!before || before.subject !== found.subject || before.attribute !== found.attribute) return 'other';
  const same = before.value.toLowerCase() === found.value.toLowerCase();
  if (same && before.polarity === found.polarity) return 'same';
  if (same) return 'newer';
  return found.attribute === 'likes' || found.attribute === 'allergy' ? 'other' : 'newer';
}

const secret = /\b(?:password|passphrase|pin|key) is (\S+)|\bsk-[\w-]+|\b(?:\d[ -]?){13,19}\b/i;

export function sensitive(text: string): null | 'secret' | 'health' | 'payment' {
  if (/(?:\d[ -]?){13,19}/.test(text)) return 'payment';
  if (secret.test(text)) return 'secret';
  return /allerg|diabet/i.test(text) ? 'health' : null;
}

export function masked(text: string): string {
  return text
    .replace(/(password|passphrase|pin|key) is (\S+)/gi, '$1 is [not kept]')
    .replace(/\bsk-[\w-]+/g, '[not kept]')
    .replace(/(?:\d[ -]?){13,19}/g, '[not kept]');
}
