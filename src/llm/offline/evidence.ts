/** Finds what was said that answers a question. */
import type { Remark } from './conversation.js';
import { cut, plain } from './quote.js';
import { alike, faintStems, isQuestion, keyOf, sentencesOf, stemOfName, stemsOf } from './words.js';

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
/** Finds that are looked at more closely. */
const most = 20;

interface Candidate {
  remark: Remark;
  sentence: string;
  stems: Set<string>;
}

/**
 * @param isCommand whether a text asked for a tool: that is no evidence of anything.
 * @returns what bears on the question, best first, each remark once.
 */
export function find(question: string, remarks: Remark[], isCommand: (text: string) => boolean): Find[] {
  const asked = stemsOf(question);
  if (/\bwho am i\b/i.test(question)) asked.add(stemOfName);
  if (asked.size === 0) return [];
  const asksClearly = [...asked].some((stem) => !faintStems.has(stem));
  const introduces = /\b(my name|who (am|was) i|i('m| am) called)\b/i.test(question);
  const candidates = candidatesFor(question, asked, remarks);
  const weights = weightsOf(asked, candidates);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);

  const best = new Map<Remark, Find>();
  for (const [order, { remark, sentence, stems }] of candidates.entries()) {
    const shared = [...asked].filter((stem) => stems.has(stem));
    let sum = shared.reduce((all, stem) => all + weights.get(stem)!, 0);
    const clear = shared.some((stem) => !faintStems.has(stem));
    if (introduces && introduction.test(sentence)) sum = Math.max(sum, total * 0.8);
    else if (sum === 0 || (!clear && (asksClearly || !fitsFaintly(question, sentence)))) continue;
    const asking = remark.kind === 'said' && isQuestion(sentence) && !aboutAsking.test(question) ? 0.55 : 1;
    // A later remark corrects an earlier one; a sentence about nothing else is more to the point.
    const finer =
      (order / candidates.length) * 0.05 + Math.min(1, asked.size / Math.max(1, stems.size)) * 0.02;
    const score = (sum / total) * asking * (expects(question, sentence) ? 1.1 : 1) + finer;
    if (score > (best.get(remark)?.score ?? 0)) best.set(remark, { remark, quote: sentence, score });
  }
  const finds = [...best.values()].sort((a, b) => b.score - a.score).slice(0, most);
  return finds
    .filter(({ remark, quote }) => remark.kind !== 'said' || !(isCommand(quote) || isCommand(remark.text)))
    .map((found) => ({ ...found, quote: quotable(found.remark.text, found.quote) }));
}

const aboutAsking = /\b(did|have) i (ever )?ask/i;
/** `I am Peter`, which has no word of "what is my name?". */
const introduction = /\b(?:[Ii] am|[Ii]['’]m|[Cc]all me|[Tt]his is)\s+\p{Lu}[\p{L}'-]+/u;

/** What the agent said itself proves nothing, unless that is what is asked. */
function candidatesFor(question: string, asked: Set<string>, remarks: Remark[]): Candidate[] {
  const ofAgent = /\b(did|have|had) you\b|\byou (said|say|told|mentioned|asked|suggested?)\b/i.test(question);
  const key = keyOf(question);
  return remarks
    .filter(({ kind }) => ofAgent || kind !== 'replied')
    .flatMap((remark) => sentencesOf(remark.text).map((sentence) => ({ remark, sentence })))
    .map((one) => ({ ...one, stems: stemsOf(one.sentence) }))
    .filter(({ sentence, stems }) => {
      // The question itself, or the same asked in other words, is no answer to it.
      const same = isQuestion(sentence) && !aboutAsking.test(question) && alike(asked, stems) > 0.6;
      return !same && keyOf(sentence) !== key;
    });
}

/** The rarer a word among the candidates, the more it says. */
function weightsOf(asked: Set<string>, candidates: Candidate[]): Map<string, number> {
  const weigh = (stem: string) => {
    const holders = candidates.filter(({ stems }) => stems.has(stem)).length;
    return Math.log(1 + (candidates.length + 1) / (holders + 1)) * (faintStems.has(stem) ? 0.4 : 1);
  };
  return new Map([...asked].map((stem) => [stem, weigh(stem)]));
}

/** Where a question is only of a name, a home or an age, whose it is must fit. */
function fitsFaintly(question: string, sentence: string): boolean {
  const text = sentence.replace(/[’ʼ]/g, "'");
  if (!/\b(my|our|i|me|we)\b/i.test(question)) return !/\byour?\b/i.test(question) || /\byou/i.test(text);
  if (/\b(name|called)/i.test(question))
    return /\bmy (?:\w+ )?name\b|\b(call me|i am called|i'm called|people call me)\b/i.test(text);
  return /\b(i|i'm|my|we|our)\b/i.test(text);
}

const kinds: [asked: RegExp, told: RegExp][] = [
  [
    /\b(when|what (day|date|time)|birthday)\b/i,
    /\d|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b(tomorrow|tonight|noon|midnight)\b/i,
  ],
  [
    /\bhow (many|much|old|long|far|tall|big)\b|\bnumber\b/i,
    /\d|\b(one|two|three|four|five|six|seven|eight|nine|ten)\b/i,
  ],
  [/\bwhere\b/i, /\b(in|at|near|from|to|on|under|behind|inside)\b/i],
  [/\bnames?\b|\bcalled\b/i, /\bname|\bcalled\b/i],
];

/** Whether a sentence has the kind of thing that is asked for. */
function expects(question: string, sentence: string): boolean {
  return kinds.find(([asked]) => asked.test(question))?.[1].test(sentence) ?? false;
}

/** The whole remark where it is short, else the sentence that answers. */
function quotable(whole: string, sentence: string): string {
  const short = whole.length <= quoteChars && sentencesOf(whole).length <= 2;
  return cut(plain(short ? whole : sentence), quoteChars);
}
