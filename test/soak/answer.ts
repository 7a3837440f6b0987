/** What people say in a soak, what they are answered, and how what they find in a room is judged. */

/** The `index`th message of a platform's room: `dis-2-0017`. */
export function nameOf(platform: string, room: number, index: number): string {
  return `${platform.slice(0, 3)}-${room}-${String(index).padStart(4, '0')}`;
}

const name = /\b[a-z]{3}-\d-\d{4}\b/g;

export function namesIn(text: string): string[] {
  return text.match(name) ?? [];
}

/** One answer in so many takes three messages or more. */
const longEvery = 5;

/** Characters of a long answer, by the platform's longest message: 2,000, 4,096, 3,000; HTTP has none. */
const longChars: Record<string, number> = { dis: 4800, tel: 9000, sla: 7000, htt: 5500 };

/** An answer in pieces: its head names what it answers, its tail the last of it, so that a part that is missing shows. */
export function answerTo(names: string[]): string[] {
  if (names.length === 0) return ['Nothing was asked.'];
  const last = names.at(-1)!;
  const number = Number(last.slice(-4));
  const long = number % longEvery === longEvery - 1;
  const length = long ? longChars[last.slice(0, 3)]! : 60 + (number % 7) * 60;
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
  /** Of these, those that follow from an answer which the platform lost, where it has no key to tell them by. */
  duplicatesExplained: number;
  /** Answers that begin somewhere and end nowhere. */
  half: number;
  /** Messages that are answered after one that was sent later in their room. */
  outOfOrder: number;
}

/**
 * @param shown the agent's messages as they stand in the room, oldest first.
 * @param unsure requests whose answers were lost where the platform has no key.
 */
export function scoreOf(sent: string[], shown: string[], unsure: string[] = []): Score {
  const { heads, ends } = foundIn(shown.join('\n'));
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
  const twice = [...repeated(named), ...repeated(ends)];
  const lost = foundIn(unsure.join('\n'));
  const explained = new Set([...lost.heads.flat(), ...lost.ends]);
  return {
    sent: sent.length,
    answered: count,
    lost: sent.length - count,
    duplicates: twice.length,
    duplicatesExplained: twice.filter((each) => explained.has(each)).length,
    half: heads.filter((names) => !whole.has(names.at(-1)!)).length,
    outOfOrder,
  };
}

function foundIn(text: string): { heads: string[][]; ends: string[] } {
  return {
    heads: [...text.matchAll(/Answer to ([a-z\d\s-]+?) begins/g)].map((match) => namesIn(match[1]!)),
    ends: [...text.matchAll(/Here ends ([a-z]{3}-\d-\d{4})/g)].map((match) => match[1]!),
  };
}

/** What stands there again, once for each time. */
function repeated(names: string[]): string[] {
  return names.filter((each, index) => names.indexOf(each) < index);
}

export function sumOf(scores: Score[]): Score {
  const sum = (key: keyof Score) => scores.reduce((total, score) => total + score[key], 0);
  return {
    sent: sum('sent'),
    answered: sum('answered'),
    lost: sum('lost'),
    duplicates: sum('duplicates'),
    duplicatesExplained: sum('duplicatesExplained'),
    half: sum('half'),
    outOfOrder: sum('outOfOrder'),
  };
}
