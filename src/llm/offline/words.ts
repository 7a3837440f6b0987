/** Texts as the offline model reads them: sentences, and the stems of the words that carry meaning. */
import { stemmer } from 'stemmer';

/** What is read of one text; more would take time and add nothing to an answer. */
const readChars = 4000;

const emptyWords = new Set(
  `a an the this that these those there here i me my mine we us our you your yours he him his she her it its they them
  their is am are was were be been being do does did done have has had will would shall should can could may might must
  and or but if so as of at by for with about into to from in on off up down out over than then too very just not no s t
  d ll m re ve don didn doesn isn wasn aren what which who whom whose when where why how all any some each more most
  other such only own same again once ever please tell say said says told mention mentioned talk talked speak spoke
  remember recall remind know knew think thing things something anything everything let get got go going want like also
  still now ago earlier before last time ok okay hey hi hello yes yeah well oh much many long question answer ask asked
  im ive whats wheres whos hows thats dont`.split(/\s+/),
);

/** Words that ask for the same thing, under the stem of the first. */
const kin = new Map<string, string>();
for (const family of (
  'name names named call called|live lives lived home reside address move moved|job work works working profession|' +
  'birthday birthdate born birth|wife husband spouse partner married|mother mum mom|father dad|kid kids child children|' +
  'favourite favorite favourites favorites prefer love loves|colour color|phone telephone mobile|holiday vacation trip|' +
  'old age aged years'
).split('|'))
  for (const word of family.split(' ')) kin.set(word, stemmer(family.split(' ')[0]!));

/** Stems that say what is asked rather than about what: on their own they prove little. */
export const faintStems = new Set(['name', 'live', 'favourite', 'old', 'day', 'date'].map(stemmer));

/** Scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
let segmenter: Intl.Segmenter | undefined;

/** Lower-case words in order, in any script. */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, readChars)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’ʼ]s\b/g, '');
  return (plain.match(/[\p{L}\p{M}\p{N}]+(?:[.,]\p{N}+)*/gu) ?? []).flatMap((run) => {
    // Intl.Segmenter knows these scripts' words, but takes 3 µs a character, so it is kept for them.
    if (!unspaced.test(run)) return [run];
    segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
    return [...segmenter.segment(run.slice(0, 1000))].filter((s) => s.isWordLike).map((s) => s.segment);
  });
}

/** Stems of the words with a meaning of their own. */
export function stemsOf(text: string): Set<string> {
  const words = wordsOf(text).filter((word) => !emptyWords.has(word));
  return new Set(words.map((word) => kin.get(word) ?? stemmer(word.slice(0, 40))));
}

const sentenceEnd = /(?<=[.!?…][”"’')\]]{0,2})\s+|(?<=[。！？؟।])\s*|\n+/u;

export function sentencesOf(text: string): string[] {
  const parts = text.slice(0, readChars).split(sentenceEnd);
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Case, punctuation and spacing apart, the same words: the same key. */
export const keyOf = (text: string): string => wordsOf(text).join(' ');

const askingWords =
  /^(and |so |but |then |ok |okay |hey |hi |hello |please )*(what|whats|which|who|whos|whom|whose|when|where|wheres|why|how|is|are|am|was|were|do|does|did|can|could|will|would|shall|should|has|have|had|may|might|tell me|remind me|show me|quote|list|name|repeat)\b/;

export function isQuestion(sentence: string): boolean {
  if (/[?？؟]["'”’)\s]*$/u.test(sentence)) return true;
  return askingWords.test(wordsOf(sentence).slice(0, 6).join(' '));
}

/** Whether a text is about the one who speaks. */
export function isPersonal(text: string): boolean {
  const asked = text.replace(/\b(tell|remind|show|give|let|ask) (me|us)\b/gi, '');
  return /\b(i|me|my|mine|we|us|our|im|ive)\b/i.test(asked);
}

/** The share of what two sets have in common, 0 to 1. */
export function alike(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((item) => b.has(item)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}
