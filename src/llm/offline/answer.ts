/** Puts an answer together: a part for every question of the turn, between an opening and a closing of the character's. */
import { wishesIn } from '../../extension-api.js';
import type { Ask, Conversation, Remark } from './conversation.js';
import { answers, type Find, find, near, quoteOf } from './evidence.js';
import { type Intent, intentOf, isGreeting, withoutGreeting } from './intent.js';
import { cut, plain, tell } from './quote.js';
import { leadOf } from './voice.js';
import { isPersonal, sentencesOf } from './words.js';

/** A part of the answer; `own`: it begins and ends in the character's own words. */
const say = (text: string, own = false) => ({ text, own });
type Part = ReturnType<typeof say>;

/** More questions than this in one turn are not answered one by one. */
const maxQuestions = 6;
const setup = '(I am running without a language model. The README of this hub says how to set one.)';
const unknown = 'I do not know. Without a language model I only know what is said here.';
const lines: Partial<Record<Intent, string>> = {
  wellbeing: 'I am well, thank you.',
  thanks: 'You are welcome.',
  goodbye: 'Goodbye. I will remember what you told me.',
  assent: 'All right.',
  feeling: 'I am sorry to hear that. Without a language model I cannot say much that helps.',
  unclear: 'I did not understand that. Ask for “help” to see what I can do.',
  request: 'I cannot do that without a language model. Ask for “help” to see what I can do.',
};

export function answerTo(talk: Conversation): string {
  const { asks, results, files, greeted, voice, tools, name, first } = talk;
  if (results) {
    const rest = asks.filter(({ intent }) => intent !== 'statement' && intent !== 'assent');
    const untaken = rest.filter(({ text }) => wishesIn(tools, text).length === 0);
    return finished(talk, [...results.map((result) => resultPart(talk, result)), ...replies(talk, untaken)]);
  }
  const parts = replies(talk, asks);
  const greeting = voice.replyTo(isGreeting);
  if (greeted && files.length === 0 && asks.every(({ intent }) => intent === 'wellbeing')) {
    const hello = greeting ?? voice.tint(`Hello. ${first ? `I am ${name}. ` : ''}What is on your mind?`);
    return finished(talk, [say([hello, ...parts.map(({ text }) => text)].join(' '), true)]);
  }
  if (files.length > 0) {
    const names = cut(files.map((file) => `“${cut(plain(file), 60)}”`).join(', '), 250);
    parts.push(say(voice.tint(`I cannot look into files without a language model, but I keep ${names}.`)));
  }
  if (parts.length === 0) parts.push(smallTalk(talk, 'unclear'));
  const own = sentencesOf(greeting ?? '')[0] ?? '';
  const hello = /^.{1,39}[^?]$/u.test(own) ? own : voice.tint('Hello.');
  return finished(talk, parts, greeted ? hello : null);
}

/** The character's own replies open and close as they are. */
function finished({ voice, burst, first }: Conversation, parts: Part[], greeting: string | null = null) {
  const { openings, icon } = voice;
  const before = greeting ?? (parts[0]?.own ? null : openings[burst.join().length % openings.length]);
  const lower = (start: string) => (before?.endsWith(',') ? start.toLowerCase() : start);
  const texts = [...new Set(parts.map(({ text }) => text))];
  const text = texts.join('\n').replace(/^(On|Earlier|You|My)\b/, lower);
  const after = icon && !parts.at(-1)?.own && /[.!?”)]$/.test(text) ? ` ${icon}` : '';
  return `${before ? `${before} ` : ''}${text}${after}${first ? `\n\n${setup}` : ''}`;
}

/** A part for every question, or one for all that was told. */
function replies(talk: Conversation, asks: Ask[]): Part[] {
  const told = asks.filter(({ intent }) => intent === 'statement').map(({ text }) => text);
  const others = asks.filter(({ intent }) => intent !== 'statement' && intent !== 'assent');
  const parts = others.slice(0, maxQuestions).map((ask) => replyTo(talk, ask));
  if (others.length > maxQuestions)
    parts.push(say('That is as many questions as I can take at once. Ask me the rest again.'));
  // What is told along with a question is mostly there to explain it.
  const asked = others.some(({ intent }) => intent !== 'thanks' && intent !== 'goodbye');
  if (told.length > 0 && !asked) parts.unshift(acknowledge(talk, told));
  return parts.length > 0 || asks.length === 0 ? parts : [smallTalk(talk, 'assent')];
}

function replyTo(talk: Conversation, { intent, text }: Ask): Part {
  const { voice, name, bio, tools, remarks } = talk;
  switch (intent) {
    case 'help': {
      const known = tools.filter(({ phrases }) => phrases?.length).slice(0, 6);
      const list = known.map((tool) => `\n- ${tool.name}: ${sentencesOf(tool.description)[0] ?? ''}`);
      const offer = list.length > 0 ? ' In plain words you can also ask for:' : '';
      const about = `I am ${name}. I run without a language model, so I cannot make up answers; I can find and quote what you told me, with the time you said it.${offer}`;
      return say(voice.tint(about) + list.join(''), list.length > 0);
    }
    case 'identity': {
      const example = voice.example(text, 0.6);
      if (example) return say(example, true);
      const own = firstPerson(name, sentencesOf(bio)[0] ?? '');
      const named = own.toLowerCase().includes(name.toLowerCase()) ? '' : `I am ${name}. `;
      return say(voice.tint(`${named}${own} I am a program, at the moment one without a language model.`));
    }
    case 'recap': {
      const earlier = remarks.filter(({ by, justNow }) => !justNow && by !== 'agent');
      const told = earlier.filter((remark) => intentOf(remark.text) === 'statement').slice(-5);
      return say(quotes(talk, told.map(whole)) || voice.tint('You have not told me anything yet.'));
    }
    case 'question':
      return answerQuestion(talk, text);
  }
  const example = intent === 'request' ? voice.example(text, 0.75) : null;
  return example ? say(example, true) : smallTalk(talk, intent);
}

function smallTalk({ voice }: Conversation, intent: Intent): Part {
  const own =
    ['wellbeing', 'thanks', 'goodbye'].includes(intent) &&
    voice.replyTo((text) => intentOf(withoutGreeting(text, '').rest) === intent);
  return own ? say(own, true) : say(voice.tint(lines[intent] ?? ''));
}

/** Says that something was heard, by repeating it. */
function acknowledge({ voice }: Conversation, told: string[]): Part {
  const example = told.length === 1 ? voice.example(told[0]!, 0.6) : null;
  if (example) return say(example, true);
  const shown = told.slice(0, 3).map((text) => `“${cut(plain(text), 120).replace(/[.!]$/, '')}”`);
  const more = told.length > 3 ? `, and ${told.length - 3} more` : '';
  return say(`${voice.keeping ?? voice.tint('Noted:')} ${shown.join(', ')}${more}.`, voice.keeping !== null);
}

function answerQuestion(talk: Conversation, question: string): Part {
  const { voice, remarks, tools, name, bio, recalled } = talk;
  const personal = isPersonal(question);
  const example = personal ? null : voice.example(question, 0.7);
  if (example) return say(example, true);
  const isCommand = (text: string) => wishesIn(tools, text).length > 0;
  const finds = find(question, remarks, isCommand);
  const good = finds.filter(({ score }) => score >= answers);
  if (good.length > 0) {
    const wide = /\b(about|everything|anything|all|list)\b/i.test(question);
    const told = quotes(talk, good.slice(0, wide ? 3 : 1));
    return voice.recalling ? say(`${voice.recalling} ${told}`, true) : say(told);
  }
  if (/\byou(r|rs|rself)?\b/i.test(question)) {
    const own = sentencesOf(bio).map((text): Remark => ({ by: 'asker', at: 0, kind: 'document', text }));
    const [best] = find(question.replace(/\byou(r|rs|rself)?\b/gi, ''), own, () => false);
    if (best && best.score >= 0.5) return say(voice.tint(firstPerson(name, best.remark.text)));
  }
  // Recall goes by meaning, so what it puts first may answer even where no word is the same.
  const meant = personal && remarks.find(({ by, text }) => by !== 'agent' && text === recalled);
  const closest =
    finds[0] ?? (meant && !isCommand(meant.text) ? { ...whole(meant), score: near } : undefined);
  const { ignorance, tint } = voice;
  if (closest && closest.score >= (personal ? near : (near + answers) / 2)) {
    const nearest = `${tint('The nearest I have:')} ${quotes(talk, [closest])}`;
    return say(`${ignorance ?? tint('I am not sure.')} ${nearest}`, ignorance !== null);
  }
  if (!personal) return ignorance ? say(ignorance, true) : say(tint(unknown));
  const unheard = ignorance ?? tint('You have not told me that yet.');
  return say(`${unheard} ${tint('Tell me, and I will keep it.')}`, ignorance !== null);
}

const whole = (remark: Remark) => ({ remark, quote: quoteOf(remark) });

function quotes({ voice, remarks }: Conversation, finds: Pick<Find, 'remark' | 'quote'>[]): string {
  // Of the newest thing that is known, as the present is not.
  const year = new Date(Math.max(...remarks.map(({ at }) => at || -Infinity))).getFullYear();
  return voice.tint([...new Set(finds.map((found) => tell(found, year)))].join('\n'));
}

/** A tool's result, as the character's example of the same tool begins: `Noted: …`. */
function resultPart({ voice, tools }: Conversation, { name, text }: { name: string; text: string }): Part {
  const result = cut(text.replace(/\p{Cs}/gu, '').trim(), 4000) || voice.tint('That is done.');
  const failed = /^(?:the action failed|error)\s*:\s*/i.exec(result);
  if (failed) return say(`${voice.tint('That did not work:')} ${result.slice(failed[0].length)}`);
  const sentence = /^[^\n]* [^\n]*[\p{L}\p{N})"”]$/u.test(result) ? `${result}.` : result;
  const tool = tools.filter((one) => one.name === name);
  const lead = leadOf(voice.replyTo((asked) => wishesIn(tool, asked).length > 0) ?? '');
  return lead ? say(`${lead} ${sentence.replace(/^\p{Lu}\p{L}+: /u, '')}`, true) : say(sentence);
}

/** Descriptions are written to the character (`You are …`) or about it (`Ada is …`). */
function firstPerson(name: string, sentence: string): string {
  const swapped = sentence
    .replace(/\byou(?: are|['’]re)\b/gi, 'I am')
    .replace(/\byour(self)?\b/gi, (_, self) => (self ? 'myself' : 'my'))
    .replace(/\byou\b/gi, 'I');
  const own = swapped.startsWith(`${name} is `) ? `I am ${swapped.slice(name.length + 4)}` : swapped;
  const said = own.replace(/^(?=(?:A|An|The) )./, (letter) => `I am ${letter.toLowerCase()}`);
  return said.charAt(0).toUpperCase() + said.slice(1);
}
