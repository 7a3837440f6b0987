/** What a turn looks for: each question of a burst by itself, and a follow-up with what it follows. Pure. */
import type { Memory } from '../core/memory.js';
import { mostQuestions } from '../store/search.js';
import { tellingTerms } from '../store/words.js';

/** Messages before that are looked through for what a follow-up follows. */
const mostBefore = 6;
/** What has more telling words stands by itself, however it begins. */
const fewTerms = 3;
const mostSubjectChars = 500;

/** Begins by taking up what was said before, in some of the languages people write. */
const takesUp =
  /^\W*(?:and|but|or|so|also|what about|how about|what if|why not|und|aber|oder|was ist mit|wie ist es|et|mais|ou|qu['’]en est|y|pero|qué hay|e|ma|mas|en|maar)\b/iu;
/** Stands for something that was named before. */
const standsFor =
  /\b(?:it|its|that|those|these|this|they|them|their|he|him|his|she|her|there|then|same|one|ones|more|es|das|die|dort|dann|er|sie|ihm|ihr|mehr|ça|cela|il|elle|lo|eso|esto|allí|él|ella)\b/iu;

/** Asks of something else what was asked before: `in Austria?`, `オーストリアでは？`. */
const asksOn =
  /^\W*(?:in|for|with|from|at|on|für|bei|mit|im|pour|en|dans|chez|para|con|per|voor)(?:\s+[^\s?？]+){1,3}\s*[?？]+\s*$|^[^\s?？]{1,16}(?:は|なら|呢)[?？]\s*$/iu;
const bare = new Set(
  (
    'yes yeah yep yup y no nope ok okay sure please absolutely definitely certainly exactly right go on ahead do it that tell me ' +
    'more why how so really of course thanks thank you i d like to great good love ja nein bitte gerne gern doch klar genau warum ' +
    'mehr danke oui non volontiers bien merci pourquoi sí si no claro vale por favor porque sì certo perché sim tak proszę да нет ' +
    'конечно давай пожалуйста はい うん いいえ お願いします 是 是的 好 好的 对 要 네 예 نعم أجل لا 👍 👌 ✅'
  ).split(' '),
);
/** Of the end of what the agent said, where it asks nothing. */
const mostOfferChars = 200;

/** Texts to search for, at most `mostQuestions`; `before`: what was said in the room until then, oldest first. */
export function questionsOf(messages: readonly Memory[], before: readonly Memory[]): string[] {
  const said = [...before];
  const questions: string[] = [];
  for (const message of messages) {
    for (const text of questionsIn(textOf(message))) questions.push(...withSubject(text, message, said));
    said.push(message);
  }
  const distinct = [...new Set(questions.map((text) => text.trim()))].filter((text) => text !== '');
  // Of more, the last: they are what is asked now.
  return distinct.slice(-mostQuestions);
}

/** What was written, and what it points at. */
function textOf({ content: { text, quote } }: Memory): string {
  return quote && isFollowUp(text) ? `${text}\n${quote.text.slice(0, mostSubjectChars)}` : text;
}

/** Each with the sentences before it; a text that asks nothing, or one thing, is one. */
function questionsIn(text: string): string[] {
  const asked = text.match(/[\s\S]+?[?？؟]+(?=\s|$|[^\p{L}\p{N}])/gu) ?? [];
  if (asked.length < 2) return [text];
  const rest = text.slice(asked.join('').length);
  return rest.trim() === '' ? asked : [...asked, rest];
}

function withSubject(text: string, message: Memory, before: readonly Memory[]): string[] {
  if (!isFollowUp(text)) return [text];
  const subject = subjectOf(text, message, before);
  if (subject === '') return [text];
  const whole = `${text}\n${subject}`;
  // One that could stand by itself is looked for by itself, too: what it follows may have nothing to do with it.
  return tellingTerms(text).length === 0 || takesUp.test(text) || isBare(text) ? [whole] : [text, whole];
}

/** Nothing in it but words that agree, refuse or ask on: they tell nothing without what they answer. */
function isBare(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+|[👍👌✅]/gu) ?? [];
  return words.length > 0 && words.length <= 6 && words.every((word) => bare.has(word));
}

function isFollowUp(text: string): boolean {
  if (isBare(text) || asksOn.test(text)) return true;
  return tellingTerms(text).length <= fewTerms && (takesUp.test(text) || standsFor.test(text));
}

/** What the turn before was about: what the same person asked, back to what stands by itself, or what the agent offered. */
function subjectOf(text: string, { author }: Memory, before: readonly Memory[]): string {
  const subject: string[] = [];
  const last = before.at(-1);
  // What an answer ended with may be what is taken up: an offer, a question.
  if (last?.role === 'assistant') subject.push(...offerOf(last.content.text, isBare(text)));
  for (const { role, author: by, content } of before.slice(-mostBefore).reverse()) {
    if (role !== 'user' || by.id !== author.id) continue;
    subject.push(content.text);
    if (!isFollowUp(content.text)) break;
  }
  return subject.join('\n').slice(0, mostSubjectChars);
}

function offerOf(text: string, isTaken: boolean): string[] {
  const asked = text
    .match(/[^.!?？؟。\n]+[?？؟]+/gu)
    ?.at(-1)
    ?.trim();
  const end = text
    .trim()
    .slice(-mostOfferChars)
    .replace(/^\S*\s/, '');
  // Whoever says no more than yes takes up what was said at the end.
  if (isTaken) return [asked !== undefined && end.includes(asked) ? asked : end];
  const [last] = /[^.!?？؟\n]+[?？؟]+\W*$/u.exec(text) ?? [];
  return last === undefined ? [] : [last.trim()];
}
