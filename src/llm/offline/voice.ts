/** A character's voice, taken from the examples of how it talks. */
import type { Example } from '../../extension-api.js';
import { intentOf, isGreeting } from './intent.js';
import { alike, isPersonal, isQuestion, keyOf, sentencesOf, stemsOf, wordsOf } from './words.js';

const interjections = new Set(
  `ah aha ahoy arr aye certainly cheers eh er gosh great ha hello hey hm hmm ho howdy indeed lo no oh okay ok ooh oops right
  sure uh um well wow yay yeah yes yo`.split(/\s+/),
);
const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\u200d\p{Extended_Pictographic})*/u;
const unknowing =
  /\b(don['’]?t|do not|not) (know|sure)\b|\bno idea\b|\bbeats me\b|\bcan(?:not|no|['’])t? (say|tell)\b/i;

export function voiceOf(given: Example[]) {
  const examples = given.filter(({ reply }) => reply.trim());
  const replies = examples.map(({ reply }) => reply);
  const most = (test: (reply: string) => boolean) => replies.filter(test).length * 2 > replies.length;
  const first = (of: (example: Example) => string | null | undefined | false): string | null =>
    examples.map(of).find(Boolean) || null;
  const shouts = most((reply) => reply.includes('!'));
  const whispers = most((reply) => /\p{L}/u.test(reply) && reply === reply.toLowerCase());
  /** The text as this character would write it; quotes stay as they are. */
  const tint = (text: string) =>
    text.replace(/“[^”]*”\.?|[^“]+/g, (part) => {
      if (part.startsWith('“')) return part;
      if (whispers) return part.toLowerCase();
      return shouts ? part.replace(/(?<=[\p{L}\p{N})])\.(?=\s|$)/gu, '!') : part;
    });
  return {
    tint,
    /** Interjections to begin with; small talk opens with what fits nothing else. */
    openings: examples
      .filter(({ user }) => !isGreeting(user) && !['thanks', 'goodbye', 'wellbeing'].includes(intentOf(user)))
      .map(({ reply }) => /^([^.!?…,\n]{1,28}[.!?…,]+)\s+\S/.exec(reply)?.[1] ?? '')
      .filter((phrase) => phrase && wordsOf(phrase).every((word) => interjections.has(word))),
    /** The emoji that most replies have. */
    icon: most((reply) => emoji.test(reply)) ? emoji.exec(replies.join(' '))![0] : null,
    /** The reply of an example whose user text fits, whatever else it is about. */
    replyTo: (fits: (text: string) => boolean) => first(({ user, reply }) => fits(user) && reply),
    /** The example reply to the nearest text, if it is as near as this, 0 to 1. Not of examples that state facts. */
    example(text: string, nearness: number): string | null {
      const scored = examples
        .filter((example) => !statesFacts(example))
        .map(({ user, reply }) => ({ reply, score: likeness(user, text) }))
        .sort((a, b) => b.score - a.score);
      return scored[0] && scored[0].score >= nearness ? scored[0].reply : null;
    },
    /** How the character begins when it keeps something, and when it tells what it was told. */
    keeping: first(({ user, reply }) => /^(please )?(remember|note)\b/i.test(user) && leadOf(reply)),
    recalling: first(({ reply }) => /^(.{3,80}?[.!…:])\s+you (?:told|said|mentioned)\b/i.exec(reply)?.[1]),
    /** What it says when it does not know. */
    ignorance: first(({ user, reply }) => isQuestion(user) && ignoranceIn(reply)),
  };
}

/** What an example says about the time or about someone's sister was true for the example only. */
function statesFacts({ user, reply }: Example): boolean {
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
