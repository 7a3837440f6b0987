/** What is kept of words that have left a prompt: short lines under five titles, of which values are lines of their own. */
import { harmless } from '../../core/harmless.js';
import { rankOf } from './values.js';

export interface Digest {
  /** Sentences with names, numbers, dates and the like, word by word, with who said them and when; oldest first. */
  values: string[];
  decided: string[];
  /** What was promised and is not done. */
  open: string[];
  /** What was done, with its result. */
  done: string[];
  /** What it was about. */
  short: string[];
}

const titles: Record<keyof Digest, string> = {
  values: 'Values',
  decided: 'Decided',
  open: 'Open',
  done: 'Done',
  short: 'In short',
};
const names = Object.keys(titles) as (keyof Digest)[];
/** Of all characters, for each. What one does not need, the values may have. */
const shares: Record<keyof Digest, number> = {
  values: 0.45,
  decided: 0.1,
  open: 0.14,
  done: 0.18,
  short: 0.13,
};
const longestLine = 480;

const gone = 'Earlier results are gone; a tool must be called again for their figures.';

export function emptyDigest(): Digest {
  return { values: [], decided: [], open: [], done: [], short: [] };
}

export function isEmpty(digest: Digest): boolean {
  return names.every((name) => digest[name].length === 0);
}

export function textOf(digest: Digest): string {
  return names
    .filter((name) => digest[name].length > 0)
    .map((name) => [`${titles[name]}:`, ...digest[name].map((line) => `- ${line}`)].join('\n'))
    .join('\n');
}

/** Lines before the first title count as what it was about. */
export function digestOf(text: string): Digest {
  const digest = emptyDigest();
  let name: keyof Digest = 'short';
  for (const line of text.split('\n')) {
    const title = line
      .replace(/[#*:\s]+/g, ' ')
      .trim()
      .toLowerCase();
    const named = names.find((one) => titles[one].toLowerCase() === title);
    if (named) name = named;
    else add(digest[name], line.replace(/^\s*[-*•]\s+/, ''));
  }
  return digest;
}

/** One line, so that no words of anybody can pass for a title; the same once. */
export function add(lines: string[], line: string): void {
  const plain = oneLine(line, longestLine);
  if (/[\p{L}\p{N}]/u.test(plain) && !/^none\.?$/i.test(plain) && !lines.includes(plain)) lines.push(plain);
}

export function oneLine(text: string, most: number): string {
  const line = harmless(text).replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/**
 * At most so many characters. Of values what says least goes first, and of what says as much what stands in the middle:
 * what people begin with is asked for longest. Of all else the oldest goes.
 */
export function bounded(digest: Digest, chars: number): Digest {
  const whole = names.reduce((sum, name) => sum + lengthOf(digest[name]), 0);
  if (whole <= chars) return digest;
  const short = { ...digest };
  let left = chars;
  for (const name of names.toReversed()) {
    const spare = chars - whole + lengthOf(digest[name]);
    const most = name === 'values' ? left : Math.max(Math.floor(chars * shares[name]), spare);
    short[name] = fitting(digest[name], most, name === 'values' ? rankOf : null);
    left -= lengthOf(short[name]);
  }
  if (short.done.length < digest.done.length)
    short.done = [gone, ...short.done.filter((line) => line !== gone)];
  return short;
}

const lengthOf = (lines: string[]) => lines.reduce((sum, line) => sum + line.length + 3, 0);

function fitting(lines: string[], chars: number, rank: ((line: string) => number) | null): string[] {
  let left = chars;
  const end = lines.length - 1;
  const ranked = lines.map((line, at) => ({
    ...{ line, at },
    worth: rank ? rank(line) * lines.length - Math.min(at, end - at) : at,
  }));
  const kept = new Set<number>();
  for (const { line, at } of ranked.sort((one, other) => other.worth - one.worth)) {
    if (line.length + 3 > left) continue;
    left -= line.length + 3;
    kept.add(at);
  }
  return lines.filter((_, at) => kept.has(at));
}
