/**
 * A character's voice, taken from the examples of how it talks: what it opens and closes with, whether it
 * shouts, whispers or uses emoji, and what it says to which question.
 */
import type { Character } from '../../core/character.js';
import { intentOf, isGreeting } from './intent.js';
import { isPersonal, isQuestion, keyOf, sentencesOf, stemsOf, wordsOf } from './words.js';

export interface Voice {
  /** An interjection to begin with, or null. The same seed gives the same one. */
  opening(seed: number): string | null;
  closing(seed: number): string | null;
  /** The example reply to the text nearest to this one, with how near it is, 0 to 1. Not of examples that state facts. */
  example(text: string): { reply: string; score: number } | null;
  /** The reply of an example whose user text fits, whatever else it is about. */
  replyTo(fits: (text: string) => boolean): string | null;
  /** How the character begins when it keeps something, or tells what it was told; null: like anyone. */
  lead: { keeping: string | null; recalling: string | null };
  /** Whether a text is, word for word, a reply of an example. */
  isOwn(text: string): boolean;
  /** What the character says when it does not know, in its own words, or null. */
  ignorance: string | null;
  /** One of several plain lines, then spoken as the character would. */
  line(seed: number, lines: [string, ...string[]]): string;
  /** The text as this character would write it; quotes stay as they are. */
  tint(text: string): string;
}

const interjections = new Set(
  (
    'ah aha ahoy alas alright arr arrr aye behold bah blimey bravo certainly cheers dear eh er excellent gosh great ' +
    'greetings ha haha hello hey hi hm hmm ho howdy huh indeed lo meow nice no nope of course oh okay ok ooh oops ' +
    'ouch phew right sure tsk ugh uh um very well welcome well what ho whoa woof wow yay yeah yep yes yo'
  ).split(' '),
);

const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\u200d\p{Extended_Pictographic})*/gu;

export function voiceOf(character: Character): Voice {
  const examples = character.examples.filter(({ reply }) => reply.trim());
  const replies = examples.map(({ reply }) => reply);
  const opinions = examples.filter((example) => !statesFacts(example));
  const talk = examples.filter(({ user }) => !isSmallTalk(user));
  const openings = openingsIn(talk);
  const closings = closingsIn(talk);
  const icon = favouriteEmoji(replies);
  const most = (test: (reply: string) => boolean) =>
    replies.length > 0 && replies.filter(test).length * 2 > replies.length;
  const shouts = most((reply) => reply.includes('!'));
  const whispers = most((reply) => /\p{L}/u.test(reply) && reply === reply.toLowerCase());
  const tint = (text: string) =>
    text.replace(/“[^”]*”\.?|[^“]+/g, (part) => {
      if (part.startsWith('“')) return part;
      if (whispers) return part.toLowerCase();
      return shouts ? part.replace(/(?<=[\p{L}\p{N})])\.(?=\s|$)/gu, '!') : part;
    });

  return {
    opening: (seed) => pick(openings, seed),
    closing: (seed) => ((seed >>> 9) % 2 === 0 ? pick(closings, seed >>> 3) : null) ?? icon,
    example: (text) => nearest(opinions, text),
    replyTo: (fits) => examples.find(({ user }) => fits(user))?.reply ?? null,
    isOwn: (text) => replies.includes(text),
    lead: leadsIn(examples),
    ignorance: ignoranceIn(examples),
    line: (seed, lines) => tint(pick(lines, seed >>> 5) ?? lines[0]),
    tint,
  };
}

function pick(from: string[], seed: number): string | null {
  return from[seed % Math.max(1, from.length)] ?? null;
}

type Examples = Character['examples'];

/** Greetings and thanks have openings and closings that fit nothing else. */
function isSmallTalk(text: string): boolean {
  return isGreeting(text) || ['thanks', 'goodbye', 'wellbeing'].includes(intentOf(text));
}

/** What an example says about the time or about someone's sister was true for the example only. */
function statesFacts({ user, reply }: Examples[number]): boolean {
  return (
    /\d/.test(user) ||
    /\byou (told|said|mentioned)\b/i.test(reply) ||
    /\b(time|date|day|today|tomorrow|weather|remember)\b/i.test(user) ||
    (isQuestion(user) && isPersonal(user))
  );
}

const unknowing =
  /\b(don['’]?t|do not|not) (know|sure)\b|\bno idea\b|\bbeats me\b|\bcan(?:not|no|['’])t? (say|tell)\b/i;

/** Up to where the character says that it does not know: what follows is about the question. */
function ignoranceIn(examples: Examples): string | null {
  for (const { user, reply } of examples) {
    const sentences = isQuestion(user) ? sentencesOf(reply) : [];
    const last = sentences.findIndex((sentence) => unknowing.test(sentence));
    const text = sentences.slice(0, last + 1).join(' ');
    if (last >= 0 && text.length <= 160) return text;
  }
  return null;
}

function leadsIn(examples: Examples): Voice['lead'] {
  const keeping = examples.find(({ user }) => /^(please )?(remember|note|keep in mind)\b/i.test(user));
  const recalling = examples.map(
    ({ reply }) => /^(.{3,80}?[.!…:])\s+you (told|said|mentioned)\b/i.exec(reply)?.[1],
  );
  return { keeping: keeping ? leadOf(keeping.reply) : null, recalling: recalling.find(Boolean) ?? null };
}

/** The words before a colon. */
export function leadOf(reply: string): string | null {
  return /^([^:\d\n“"]{2,80}:)\s/.exec(reply)?.[1] ?? null;
}

/** First short phrases of replies, unless they look like the answer itself. */
function openingsIn(examples: Examples): string[] {
  const firsts = examples.map(({ user, reply }) => ({
    user,
    phrase: /^([^.!?…,\n]{1,28}[.!?…,]+)\s+\S/.exec(reply)?.[1] ?? '',
  }));
  const found = firsts.filter(({ user, phrase }) => {
    const words = wordsOf(phrase);
    if (words.length === 0 || words.length > 4 || /\d/.test(phrase)) return false;
    if (firsts.filter((other) => other.phrase === phrase).length > 1) return true;
    if (words.every((word) => interjections.has(word))) return true;
    const bare = /\b(what|who|where|when|which|how (many|much|old))\b/i.test(user);
    return !bare && /[!,…]$/.test(phrase) && !shares(phrase, user) && interjections.has(words[0] ?? '');
  });
  return [...new Set(found.map(({ phrase }) => phrase.replace(/,$/, shoutsAfter(phrase) ? '!' : ',')))];
}

function shoutsAfter(phrase: string): boolean {
  return /^(arr+|ahoy|aye|yay|woof|ha(ha)?|wow)/i.test(phrase);
}

/** Last short sentences of replies that say nothing about the question. */
function closingsIn(examples: Examples): string[] {
  const lasts = examples.flatMap(({ user, reply }) => {
    const sentences = sentencesOf(reply);
    const last = sentences.at(-1) ?? '';
    return sentences.length > 1 ? [{ user, last }] : [];
  });
  const found = lasts.filter(({ user, last }) => {
    const words = wordsOf(last);
    if (words.length > 6 || /\d/.test(last) || shares(last, user)) return false;
    if (words.length === 0) return emojiIn(last).length > 0;
    return (
      lasts.filter((other) => other.last === last).length > 1 || (/!\P{L}*$/u.test(last) && words.length <= 4)
    );
  });
  return [...new Set(found.map(({ last }) => last))];
}

function shares(a: string, b: string): boolean {
  const stems = stemsOf(b);
  return [...stemsOf(a)].some((stem) => stems.has(stem));
}

function emojiIn(text: string): string[] {
  return text.match(emoji) ?? [];
}

/** The emoji used most, where more than half of the replies have one. */
function favouriteEmoji(replies: string[]): string | null {
  const used = replies.map(emojiIn).filter((found) => found.length > 0);
  if (used.length * 2 <= replies.length) return null;
  const counts = new Map<string, number>();
  for (const icon of used.flat()) counts.set(icon, (counts.get(icon) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

function nearest(examples: Examples, text: string): { reply: string; score: number } | null {
  let best: { reply: string; score: number } | null = null;
  const asking = isQuestion(text);
  for (const { user, reply } of examples) {
    const same = keyOf(user) !== '' && keyOf(user) === keyOf(text);
    const score = same ? 1 : likeness(user, text) * (isQuestion(user) === asking ? 1 : 0.7);
    if (score > (best?.score ?? 0)) best = { reply, score };
  }
  return best;
}

/** Shared stems of all; shared words where there are no stems, as in "how are you?". */
function likeness(a: string, b: string): number {
  const [stemsA, stemsB] = [stemsOf(a), stemsOf(b)];
  const [left, right] =
    stemsA.size && stemsB.size ? [stemsA, stemsB] : [new Set(wordsOf(a)), new Set(wordsOf(b))];
  const shared = [...left].filter((item) => right.has(item)).length;
  return shared / Math.max(1, left.size + right.size - shared);
}
