/** A summary without a model: values, decisions, open promises and what was done, word by word. */
import { tellingTerms, termsOf } from '../../store/words.js';
import { add, type Digest, oneLine } from './digest.js';
import { covers, isBareCompletion, isCompletion, isDecision, isPromise } from './promises.js';
import { dayOf, type Said } from './said.js';
import { aboutOf, isAlike, rankOf, sentencesOf, valuesIn, wordsOf } from './values.js';

const longestSentence = 200;
const mostSubjects = 12;
const about = 'About: ';

/** The earlier digest with what was said since. @param agent what the agent is called */
export function foldedByRules(earlier: Digest, said: readonly Said[], agent: string): Digest {
  const digest: Digest = structuredClone(earlier);
  const acted = carriedOut(said);
  const terms: Terms = new Map();
  for (const [at, { by, at: time, text, did }] of said.entries()) {
    const who = `${by ?? agent}, ${dayOf(time)}`;
    for (const call of did) {
      add(digest.done, `${dayOf(time)}: ${call}`);
      close(digest, call);
    }
    for (const sentence of sentencesOf(text)) {
      const line = `${who}: ${oneLine(sentence, longestSentence)}`;
      if (isCompletion(sentence)) {
        if (isBareCompletion(sentence)) digest.open.pop();
        close(digest, sentence);
        if (rankOf(line) > 0 || (by === null && !isBareCompletion(sentence))) add(digest.done, line);
        continue;
      }
      if (isDecision(sentence)) add(digest.decided, line);
      else if (isPromise(sentence)) add(digest.open, line);
      else if (!acted.has(at) || aboutOf(line)) addValue(digest, line, by === null, terms);
    }
  }
  digest.short = [...digest.short.filter((line) => !line.startsWith(about)), ...subjects(digest, said)];
  return digest;
}

function close(digest: Digest, done: string): void {
  digest.open = digest.open.filter((line) => !covers(done, line));
}

/** What the agent repeats of values that are known says nothing new; what people say, where no word of it is new. */
function addValue(digest: Digest, line: string, ofAgent: boolean, terms: Terms): void {
  const rank = rankOf(line);
  if (rank < (ofAgent ? 2 : 1)) return;
  const subject = aboutOf(line);
  if (ofAgent ? repeatsValues(digest, line) : subject === null && repeatsWords(digest, line, terms)) return;
  if (subject !== null)
    digest.values = digest.values.filter((known) => aboutOf(known) !== subject || !isAlike(known, line));
  add(digest.values, line);
}

function repeatsValues(digest: Digest, line: string): boolean {
  const values = valuesIn(wordsOf(line));
  if (values.length === 0) return false;
  const known = new Set(digest.values.flatMap((one) => valuesIn(wordsOf(one))));
  return values.every((value) => known.has(value));
}

/** Of lines that every new sentence is compared with. */
type Terms = Map<string, ReadonlySet<string>>;

function repeatsWords(digest: Digest, line: string, known: Terms): boolean {
  const terms = tellingTerms(wordsOf(line));
  return digest.values.some((value) => {
    let said = known.get(value);
    if (said === undefined) {
      said = new Set(termsOf(wordsOf(value)));
      known.set(value, said);
    }
    return terms.every((term) => said.has(term));
  });
}

/** Wishes that the agent has carried out are told by what it did; they are to be done no second time. */
function carriedOut(said: readonly Said[]): Set<number> {
  const done = new Set<number>();
  let since = 0;
  for (const [at, { by, did, text }] of said.entries()) {
    if (by !== null) continue;
    if (did.length > 0 || sentencesOf(text).some(isCompletion))
      for (let asked = since; asked < at; asked++) done.add(asked);
    since = at + 1;
  }
  return done;
}

function subjects({ short }: Digest, said: readonly Said[]): string[] {
  const known =
    short
      .find((line) => line.startsWith(about))
      ?.slice(about.length)
      .split(', ') ?? [];
  const counts = new Map<string, number>();
  for (const { by, text } of said)
    if (by !== null)
      for (const word of new Set(text.toLowerCase().match(/\p{L}{4,}/gu)))
        counts.set(word, (counts.get(word) ?? 0) + 1);
  const often = [...counts].sort((one, other) => other[1] - one[1]);
  const words = new Set(known.slice(0, mostSubjects / 2));
  // Which words tell something is asked of the few that are taken.
  for (const [word] of often) {
    if (words.size >= mostSubjects) break;
    if (isTelling(word)) words.add(word);
  }
  return words.size > 0 ? [about + [...words].join(', ')] : [];
}

/** Beside a word that tells nothing, one that tells something is left alone. */
const isTelling = (word: string) => tellingTerms(`${word} the`).length === 1;
