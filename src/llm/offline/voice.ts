/**
 * A character's voice, taken from the examples of how it talks: what it opens with, whether it shouts, whispers or
 * uses emoji, and what it says to which question.
 */
import { intentOf, isGreeting } from './intent.js';
import { alike, isPersonal, isQuestion, keyOf, pick, sentencesOf, stemsOf, wordsOf } from './words.js';

export interface Voice {
  /** Interjections to begin with. */
  openings: string[];
  /** The emoji that most replies have, or null. */
  icon: string | null;
  /** The example reply to the text nearest to this one, and how near it is, 0 to 1. Not of examples that state facts. */
  example(text: string): { reply: string; score: number } | null;
  /** The reply of an example whose user text fits, whatever else it is about. */
  replyTo(fits: (text: string) => boolean): string | null;
  /** How the character begins when it keeps something; null: like anyone. */
  keeping: string | null;
  /** How it begins when it tells what it was told. */
  recalling: string | null;
  /** What it says when it does not know. */
  ignorance: string | null;
  /** One of several plain lines, then spoken as the character would. */
  line(seed: number, lines: string[]): string;
  /** The text as this character would write it; quotes stay as they are. */
  tint(text: string): string;
}

const interjections = new Set(
  'ah aha ahoy arr aye certainly cheers eh er gosh great ha hello hey hm hmm ho howdy indeed lo no oh okay ok ooh oops right sure uh um well wow yay yeah yes yo'.split(
    ' ',
  ),
);
const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\u200d\p{Extended_Pictographic})*/u;
const unknowing =
  /\b(don['’]?t|do not|not) (know|sure)\b|\bno idea\b|\bbeats me\b|\bcan(?:not|no|['’])t? (say|tell)\b/i;

export function voiceOf(given: { user: string; reply: string }[]): Voice {
  const examples = given.filter(({ reply }) => reply.trim());
  const replies = examples.map(({ reply }) => reply);
  const most = (test: (reply: string) => boolean) => replies.filter(test).length * 2 > replies.length;
  const first = (of: (example: { user: string; reply: string }) => string | null | undefined | false) => {
    for (const example of examples) {
      const found = of(example);
      if (found) return found;
    }
    return null;
  };
  // Small talk opens with what fits nothing else.
  const openings = examples
    .filter(({ user }) => !isGreeting(user) && !['thanks', 'goodbye', 'wellbeing'].includes(intentOf(user)))
    .map(({ reply }) => /^([^.!?…,\n]{1,28}[.!?…,]+)\s+\S/.exec(reply)?.[1] ?? '')
    .filter((phrase) => phrase && wordsOf(phrase).every((word) => interjections.has(word)));
  const shouts = most((reply) => reply.includes('!'));
  const whispers = most((reply) => /\p{L}/u.test(reply) && reply === reply.toLowerCase());
  const tint = (text: string) =>
    text.replace(/“[^”]*”\.?|[^“]+/g, (part) => {
      if (part.startsWith('“')) return part;
      if (whispers) return part.toLowerCase();
      return shouts ? part.replace(/(?<=[\p{L}\p{N})])\.(?=\s|$)/gu, '!') : part;
    });
  return {
    openings,
    icon: most((reply) => emoji.test(reply)) ? (emoji.exec(replies.join(' '))?.[0] ?? null) : null,
    example(text) {
      const scored = examples
        .filter((example) => !statesFacts(example))
        .map(({ user, reply }) => ({ reply, score: likeness(user, text) }));
      return scored.sort((a, b) => b.score - a.score)[0] ?? null;
    },
    replyTo: (fits) => first(({ user, reply }) => fits(user) && reply),
    keeping: first(({ user, reply }) => /^(please )?(remember|note)\b/i.test(user) && leadOf(reply)),
    recalling: first(({ reply }) => /^(.{3,80}?[.!…:])\s+you (?:told|said|mentioned)\b/i.exec(reply)?.[1]),
    ignorance: first(({ user, reply }) => isQuestion(user) && ignoranceIn(reply)),
    line: (seed, lines) => tint(pick(lines, seed >>> 5) ?? ''),
    tint,
  };
}

/** What an example says about the time or about someone's sister was true for the example only. */
function statesFacts({ user, reply }: { user: string; reply: string }): boolean {
  const ofTheMoment = /\d|\b(time|date|day|today|tomorrow|weather|remember)\b/i.test(user);
  return ofTheMoment || /\byou (told|said)\b/i.test(reply) || (isQuestion(user) && isPersonal(user));
}

/** Up to where the character says that it does not know: what follows is about the question. */
function ignoranceIn(reply: string): string | null {
  const sentences = sentencesOf(reply);
  const last = sentences.findIndex((sentence) => unknowing.test(sentence));
  return last < 0 ? null : sentences.slice(0, last + 1).join(' ');
}

/** The words before a colon. */
export function leadOf(reply: string): string | null {
  return /^([^:\d\n“"]{2,80}:)\s/.exec(reply)?.[1] ?? null;
}

/** Shared stems of all; shared words where there are no stems, as in "how are you?". */
function likeness(a: string, b: string): number {
  if (keyOf(a) !== '' && keyOf(a) === keyOf(b)) return 1;
  const [left, right] = [stemsOf(a), stemsOf(b)];
  const stems = left.size > 0 && right.size > 0;
  const shared = stems ? alike(left, right) : alike(new Set(wordsOf(a)), new Set(wordsOf(b)));
  return shared * (isQuestion(a) === isQuestion(b) ? 1 : 0.7);
}
