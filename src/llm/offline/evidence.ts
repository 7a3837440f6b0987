/** Finds what was said that answers a question. */
import type { Remark } from './conversation.js';
import { cut, plain } from './quote.js';
import { alike, faintStems, isQuestion, keyOf, sentencesOf, stemsOf } from './words.js';

export interface Find {
  remark: Remark;
  /** The part that answers, ready to be quoted. */
  quote: string;
  /** 1: every word of the question is in it. */
  score: number;
}

/** From here on a find answers the question; below, it is only the nearest there is. */
export const answers = 0.6;
export const near = 0.2;
const quoteChars = 240;

/**
 * @param isCommand whether a text asked for a tool: that is no evidence of anything.
 * @returns what bears on the question, best first, each remark once.
 */
export function find(question: string, remarks: Remark[], isCommand: (text: string) => boolean): Find[] {
  const asked = stemsOf(question.replace(/\bwho am i\b/i, '$& name'));
  if (asked.size === 0) return [];
  const asksClearly = [...asked].some((stem) => !faintStems.has(stem));
  const introduces = /\b(my name|who (am|was) i|i('m| am) called)\b/i.test(question);
  // What the agent said itself proves nothing, unless that is what is asked and it quoted nobody.
  const ofAgent = /\b(did|have|had) you\b|\byou (said|say|told|mentioned|suggested?)\b/i.test(question);
  const candidates = remarks
    .filter(({ by, text }) => by !== 'agent' || (ofAgent && !text.includes('“')))
    .flatMap((remark) =>
      sentencesOf(remark.text).map((quote) => ({
        ...{ remark, quote },
        // A sentence of a document says what its heading is about.
        stems: stemsOf(remark.about === undefined ? quote : `${remark.about} ${quote}`),
      })),
    )
    // The question itself, or the same asked in other words, is no answer to it.
    .filter(({ quote, stems }) => !isQuestion(quote) || alike(asked, stems) <= 0.6)
    .filter(({ quote }) => keyOf(quote) !== keyOf(question));
  const weights = [...asked].map((stem) => {
    // The rarer a word, the more it says.
    const holders = candidates.filter(({ stems }) => stems.has(stem)).length;
    const rarity = Math.log(1 + (candidates.length + 1) / (holders + 1));
    return { stem, weight: rarity * (faintStems.has(stem) ? 0.4 : 1) };
  });
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const scoreOf = (quote: string, stems: Set<string>, order: number) => {
    const shared = weights.filter(({ stem }) => stems.has(stem));
    const share = shared.reduce((sum, { weight }) => sum + weight, 0) / total;
    const clear = shared.some(({ stem }) => !faintStems.has(stem));
    const fits = share > 0 && (clear || (!asksClearly && fitsFaintly(question, quote)));
    const best = introduces && introduction.test(quote) ? Math.max(share, 0.8) : fits ? share : 0;
    // A later remark corrects an earlier one; a sentence about nothing else is more to the point.
    const finer = (order / candidates.length) * 0.05 + Math.min(1, asked.size / (stems.size || 1)) * 0.02;
    return best === 0 ? 0 : best * (isQuestion(quote) ? 0.55 : 1) + finer;
  };
  return candidates
    .map(({ remark, quote, stems }, order) => ({ remark, quote, score: scoreOf(quote, stems, order) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 40)
    .filter(({ remark }, at, all) => all.findIndex((other) => other.remark === remark) === at)
    .filter(({ remark, quote }) => remark.kind === 'fact' || !(isCommand(quote) || isCommand(remark.text)))
    .map(({ remark, quote, score }) => ({ remark, quote: quoteOf(remark, quote), score }));
}

/** `I am Peter`, which has no word of "what is my name?". */
const introduction = /\b(?:[Ii] am|[Ii]['’]m|[Cc]all me|[Tt]his is)\s+\p{Lu}[\p{L}'-]+/u;

/** Where a question is only of a name, a home or an age, whose it is must fit. */
function fitsFaintly(question: string, sentence: string): boolean {
  if (!/\b(my|our|i|me|we)\b/i.test(question)) return !/\byour?\b/i.test(question) || /\byou/i.test(sentence);
  if (/\b(name|called)/i.test(question))
    return /\bmy (?:\w+ )?name\b|\b(call me|i am called|i['’]m called)\b/i.test(sentence);
  return /\b(i|my|we|our)\b/i.test(sentence);
}

/** The whole remark where it is short, else the sentence that answers. */
export function quoteOf(remark: Remark, sentence = remark.text): string {
  const short = remark.text.length <= quoteChars && sentencesOf(remark.text).length <= 2;
  return cut(plain(short ? remark.text : sentence), quoteChars);
}
