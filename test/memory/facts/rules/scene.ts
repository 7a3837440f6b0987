/** Facts of one person, said one after the other and put together as a keeper would. */
import { extractFacts } from '../../../../src/memory/facts/rules/extract.js';
import type { FoundFact, KnownFact, Said } from '../../../../src/memory/facts/rules/fact.js';
import { relate } from '../../../../src/memory/facts/rules/relate.js';

/** 27 November 2026, a Friday, 22:00 in Berlin. */
export const now = Date.parse('2026-11-27T21:00:00Z');

export function said(text: string, more: Partial<Said> = {}): FoundFact[] {
  return extractFacts({ text, at: now, zone: 'Europe/Berlin', ...more });
}

/** `self home Rome`, with `-` before what is denied, `past` or `ending` behind it. */
export function shown({ subject, attribute, value, polarity, temporal }: FoundFact): string {
  const end = temporal === 'now' ? '' : ` (${temporal})`;
  return `${polarity < 0 ? '-' : ''}${subject} ${attribute}${value ? ` ${value}` : ''}${end}`;
}

export interface Told {
  /** Texts of facts that hold, in order. */
  holds: string[];
  past: string[];
  /** Pairs that nobody can decide. */
  disputed: string[];
  said: Record<string, number>;
}

/** @param lines a day apart; kept facts are known by their words alone. */
export function told(...lines: (string | Partial<Said>)[]): Told {
  const holding: (KnownFact & { count: number })[] = [];
  const past: string[] = [];
  const disputed: string[] = [];
  for (const [index, line] of lines.entries()) {
    const at = now + index * 86_400_000;
    const facts = extractFacts({
      text: '',
      at,
      zone: 'Europe/Berlin',
      ...(typeof line === 'string' ? { text: line } : line),
    });
    for (const found of facts) {
      const relations = holding.map((known) => ({ known, relation: relate(known, found) }));
      for (const { known, relation } of relations) {
        if (relation === 'newer' || relation === 'ends') {
          holding.splice(holding.indexOf(known), 1);
          past.push(known.text);
        }
        if (relation === 'disputed') disputed.push(`${known.text} / ${found.text}`);
      }
      const same = relations.find(({ relation }) => relation === 'same');
      if (same) same.known.count++;
      else if (found.temporal === 'past') past.push(found.text);
      else if (!relations.some(({ relation }) => relation === 'ends'))
        holding.push({ text: found.text, at, count: 1 });
    }
  }
  return {
    holds: holding.map(({ text }) => text),
    past,
    disputed,
    said: Object.fromEntries(holding.map(({ text, count }) => [text, count])),
  };
}
