/** What people say in a soak, what they are answered, and how what they find in a room is judged. */

/** The `index`th message of a platform's room: `dis-2-0017`. */
export function nameOf(platform: string, room: number, index: number): string {
  return `${platform.slice(0, 3)}-${room}-${String(index).padStart(4, '0')}`;
}

const name = /\b[a-z]{3}-\d-\d{4}\b/g;

export function namesIn(text: string): string[] {
  return text.match(name) ?? [];
}

/** One answer in so many is longer than any platform's longest message. */
const longEvery = 15;

/** An answer in pieces: its head names what it answers, its tail the last of it, so that a part that is missing shows. */
export function answerTo(names: string[]): string[] {
  if (names.length === 0) return ['Nothing was asked.'];
  const last = names.at(-1)!;
  const number = Number(last.slice(-4));
  const length = number % longEvery === longEvery - 1 ? 5500 : 60 + (number % 7) * 60;
  const pieces: string[] = [];
  for (let written = 0; written < length; written += 100) pieces.push(sentence.repeat(2));
  return [`Answer to ${names.join(' ')} begins.\n\n`, ...pieces, `\n\nHere ends ${last}.`];
}

const sentence = 'The hub carries every message once and in order. ';

export interface Score {
  /** Messages that people sent. */
  sent: number;
  /** Of them, those that a whole visible answer names. */
  answered: number;
  lost: number;
  /** Times that something is answered once more than once. A beginning that was left standing counts. */
  duplicates: number;
  /** Messages that are answered after one that was sent later in their room. */
  outOfOrder: number;
}

/** @param shown the agent's messages as they stand in the room, oldest first. */
export function scoreOf(sent: string[], shown: string[]): Score {
  const all = shown.join('\n');
  const heads = [...all.matchAll(/Answer to ([a-z\d\s-]+?) begins/g)].map((match) => namesIn(match[1]!));
  const ends = [...all.matchAll(/Here ends ([a-z]{3}-\d-\d{4})/g)].map((match) => match[1]!);
  const whole = new Set(ends);
  const named = heads.flat();
  const answered = new Set(heads.filter((names) => whole.has(names.at(-1)!)).flat());
  const first = [...new Set(named)].map((each) => sent.indexOf(each));
  let newest = -1;
  let outOfOrder = 0;
  for (const index of first) {
    if (index < newest) outOfOrder += 1;
    newest = Math.max(newest, index);
  }
  const count = sent.filter((each) => answered.has(each)).length;
  return {
    sent: sent.length,
    answered: count,
    lost: sent.length - count,
    duplicates: named.length - new Set(named).size + (ends.length - whole.size),
    outOfOrder,
  };
}

export function sumOf(scores: Score[]): Score {
  const sum = (key: keyof Score) => scores.reduce((total, score) => total + score[key], 0);
  return {
    sent: sum('sent'),
    answered: sum('answered'),
    lost: sum('lost'),
    duplicates: sum('duplicates'),
    outOfOrder: sum('outOfOrder'),
  };
}
