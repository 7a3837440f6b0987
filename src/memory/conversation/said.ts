/** What stands in a room, as a summary is made of it. */
import type { Memory } from '../../core/memory.js';
import type { Turn } from '../../core/turn.js';
import { masked as withoutPrivate } from '../facts/rules/sensitive.js';
import { oneLine } from './digest.js';

/** One message, and what its turn did. */
export interface Said {
  id: string;
  /** Null: the agent. */
  by: string | null;
  at: number;
  text: string;
  /** Calls that have ended, with their results. What waits for a decision is none of it: it is settled later. */
  did: string[];
}

const longestText = 2000;
const longestArguments = 160;
const longestResult = 220;
/** What people call their secrets, and the word after it. */
const named =
  /((?:pass(?:word|phrase|code|wort)|kennwort|contraseña|mot de passe|\bpin\b|api[ _-]?key|secret|access[ _-]token)[^\n.!?]{0,24}?(?:\bis\b|\bist\b|\best\b|\bes\b|[:=])\s*)(?!\[(?:[a-z]+ )?(?:not kept|removed)\])[^\s,;]+/giu;

/** The text without secrets and means of payment. */
export function masked(text: string): string {
  return withoutPrivate(text).replace(named, '$1[secret removed]');
}

export function saidIn(memory: Memory, turn: Turn | null): Said {
  const { id, role, author, content, createdAt } = memory;
  const { text, quote, attachments, parts = [] } = content;
  const pieces = [
    text,
    ...(quote ? [`(in reply to: ${oneLine(quote.text, 200)})`] : []),
    ...parts.map((part) => oneLine(part.text, 300)),
    ...attachments.map(({ name }) => `(file ${oneLine(name, 120)})`),
  ];
  return {
    ...{ id, at: createdAt },
    by: role === 'assistant' ? null : oneLine(author.name ?? author.id, 60).replace(/[:,]/g, ' '),
    text: masked(pieces.filter(Boolean).join('\n').slice(0, longestText)),
    did: turn && role === 'assistant' ? didIn(turn) : [],
  };
}

function didIn({ steps }: Turn): string[] {
  return steps
    .flatMap(({ actions }) => actions)
    .filter(
      ({ state, ok, result }) => result !== null && (state ? state === 'done' || state === 'failed' : ok),
    )
    .map(({ name, arguments: args, result, ok }) => {
      const whole = masked(result!).replace(/\s+/g, ' ').trim();
      const rest = whole.length > longestResult ? ' (the rest is gone: call it again for more)' : '';
      const call = `${name}(${oneLine(masked(args), longestArguments)})`;
      return `${call} ${ok ? 'gave' : 'failed'}: ${oneLine(whole, longestResult)}${rest}`;
    });
}

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** As a model reads it. */
export function lineOf({ by, at, text, did }: Said, agent: string): string {
  const words = oneLine(text, longestText);
  return [`${by ?? agent} (${dayOf(at)}): ${words}`, ...did.map((one) => `  [done] ${one}`)].join('\n');
}
