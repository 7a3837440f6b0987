/** Texts as the offline model reads them: sentences, and the stems of the words that carry meaning. */
import { stemmer } from 'stemmer';

/** What is read of one text; more would take time and add nothing to an answer. */
const readChars = 4000;

const emptyWords = new Set(
  (
    'a an the this that these those there here i me my mine myself we us our ours you your yours yourself he him ' +
    'his she her hers it its they them their theirs is am are was were be been being do does did done doing have ' +
    'has had having will would shall should can could may might must and or but if so as of at by for with about ' +
    'into to from in on off up down out over than then too very just not no nor s t d ll m re ve don didn doesn ' +
    'isn wasn aren what which who whom whose when where why how all any some each more most other such only own ' +
    'same again once ever please tell say said says saying told mention mentioned talk talked speak spoke ' +
    'remember recall remind know knew think thing things stuff something anything everything let lets get got go ' +
    'going want like also still now ago earlier before last time ok okay hey hi hello yes yeah well oh much many ' +
    'long actually really maybe question answer ask asked im ive whats wheres whos hows thats dont conversation'
  ).split(' '),
);

/** Words that ask for the same thing, under the stem of the first. */
const kin: Record<string, string> = {};
for (const family of (
  'name names named call called|live lives lived home reside address move moved|job work works working profession|' +
  'birthday birthdate born birth|wife husband spouse partner married|mother mum mom|father dad|kid kids child children|' +
  'favourite favorite favourites favorites prefer love loves|colour color|phone telephone mobile|holiday vacation trip|' +
  'old age aged years'
).split('|'))
  for (const word of family.split(' ')) kin[word] = stemmer(family.split(' ')[0]!);

export const stemOfName = stemmer('name');

/** Stems that say what is asked rather than about what: on their own they prove little. */
export const faintStems = new Set(
  ['name', 'live', 'favourit', 'old', 'day', 'date'].map((word) => stemmer(word)),
);

const word = /[\p{L}\p{M}\p{N}]+(?:[.,]\p{N}+)*/gu;
/** Scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
let segmenter: Intl.Segmenter | undefined;

/** Lower-case words in order, in any script. */
export function wordsOf(text: string): string[] {
  const plain = text.slice(0, readChars).normalize('NFKC').toLowerCase();
  const words = plain.replace(/['’ʼ]s\b/g, '').match(word) ?? [];
  return unspaced.test(plain) ? words.flatMap(segmented) : words;
}

/** Intl.Segmenter knows these scripts' words, but takes 3 µs a character, so it is kept for them. */
function segmented(run: string): string[] {
  if (!unspaced.test(run)) return [run];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return [...segmenter.segment(run.slice(0, 1000))].filter((s) => s.isWordLike).map((s) => s.segment);
}

/** Stems of the words with a meaning of their own. */
export function stemsOf(text: string): Set<string> {
  const stems = new Set<string>();
  for (const word of wordsOf(text))
    if (!emptyWords.has(word))
      stems.add((Object.hasOwn(kin, word) && kin[word]) || stemmer(word.slice(0, 40)));
  return stems;
}

const sentenceEnd = /(?<=[.!?…][”"’')\]]{0,2})\s+|(?<=[。！？؟।])\s*|\n+/u;

export function sentencesOf(text: string): string[] {
  const parts = text.slice(0, readChars).split(sentenceEnd);
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Case, punctuation and spacing apart, the same words: the same key. */
export function keyOf(text: string): string {
  return wordsOf(text).join(' ');
}

const askingWords =
  /^(and |so |but |then |ok |okay |hey |hi |hello |please )*(what|whats|which|who|whos|whom|whose|when|where|wheres|why|how|is|are|am|was|were|do|does|did|can|could|will|would|shall|should|has|have|had|may|might|tell me|remind me|show me|quote|list|name|repeat)\b/;

export function isQuestion(sentence: string): boolean {
  if (/[?？؟]["'”’)\s]*$/u.test(sentence)) return true;
  return askingWords.test(wordsOf(sentence).slice(0, 6).join(' '));
}

/** Any text to a number, the same every time (FNV-1a). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Whether a text is about the one who speaks. */
export function isPersonal(text: string): boolean {
  return wordsOf(text.replace(/\b(tell|remind|show|give|let|ask) (me|us)\b/gi, '')).some((word) =>
    ['i', 'me', 'my', 'mine', 'we', 'us', 'our', 'im', 'ive'].includes(word),
  );
}

/** The share of what two sets have in common, 0 to 1. */
export function alike(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((item) => b.has(item)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

export function pick(from: string[], seed: number): string | undefined {
  return from[seed % Math.max(1, from.length)];
}
