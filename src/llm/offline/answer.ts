/** Puts an answer together: a part for every question of the turn, between an opening and a closing of the character's. */

import { wishesIn } from '../phrases.js';
import type { Ask, Conversation } from './conversation.js';
import { answers, type Find, find, near } from './evidence.js';
import { type Intent, intentOf, isGreeting, withoutGreeting } from './intent.js';
import { cut, plain, tell, yearOf } from './quote.js';
import { leadOf } from './voice.js';
import { isPersonal, keyOf, pick, sentencesOf, stemsOf } from './words.js';

interface Part {
  text: string;
  /** Begins and ends in the character's own words. */
  own?: boolean;
}

/** More questions than this in one turn are not answered one by one. */
const maxQuestions = 6;
const setup = '(I am running without a language model. The README of this hub says how to set one.)';

const lines: Partial<Record<Intent, string[]>> = {
  wellbeing: ['All is well here, thank you.', 'I am well, thank you.'],
  thanks: ['You are welcome.', 'My pleasure.', 'Glad to help.'],
  goodbye: ['Goodbye. I will remember what you told me.', 'Goodbye, until next time.'],
  assent: ['Good.', 'All right.', 'I see.'],
  feeling: [
    'I am sorry to hear that. Without a language model I cannot say much that helps, but I keep what you tell me.',
  ],
  unclear: ['I did not understand that. Ask for “help” to see what I can do.'],
  request: [
    'I cannot do that without a language model. Ask for “help” to see what I can do.',
    'That takes a language model, and I run without one. Ask for “help” to see what I can do.',
  ],
};

export function answerTo(talk: Conversation): string {
  const { asks, results, files, greeted, voice, tools } = talk;
  if (results) {
    const rest = asks.filter(
      ({ intent, text }) =>
        intent !== 'statement' && intent !== 'assent' && wishesIn(tools, text).length === 0,
    );
    return finished(talk, [...results.map((result) => resultPart(talk, result)), ...replies(talk, rest)]);
  }
  const own = voice.replyTo(isGreeting);
  if (greeted && files.length === 0 && asks.every(({ intent }) => intent === 'wellbeing')) {
    const who = talk.first ? `I am ${talk.name}. ` : '';
    const greeting = own ?? voice.tint(`Hello. ${who}What is on your mind?`);
    return finished(talk, [
      { text: [greeting, ...replies(talk, asks).map(({ text }) => text)].join(' '), own: true },
    ]);
  }
  const parts = replies(talk, asks);
  if (files.length > 0) {
    const names = files.slice(0, 3).map((file) => `“${cut(plain(file), 60)}”`);
    const more = files.length > 3 ? ` and ${files.length - 3} more` : '';
    const kept = `${names.join(', ')}${more} ${files.length > 1 ? 'are' : 'is'} kept.`;
    parts.push({ text: voice.tint(`I cannot look into files without a language model, but ${kept}`) });
  }
  if (parts.length === 0) parts.push(smallTalk(talk, 'unclear'));
  const hello = sentencesOf(own ?? '')[0] ?? '';
  const short = hello !== '' && hello.length <= 40 && !hello.endsWith('?');
  return finished(talk, parts, greeted ? (short ? hello : voice.tint('Hello.')) : null);
}

/** The character's own replies open and close as they are. */
function finished(
  { voice, seed, first }: Conversation,
  parts: Part[],
  greeting: string | null = null,
): string {
  const texts = [...new Set(parts.map(({ text }) => text))];
  const before = greeting ?? (parts[0]?.own ? null : pick(voice.openings, seed));
  const begun = before?.endsWith(',')
    ? texts[0]!.replace(/^(On|Earlier|You|The|I have|My)\b/, (w) => w.toLowerCase())
    : texts[0];
  if (before) texts[0] = `${before} ${begun}`;
  const last = texts.length - 1;
  if (voice.icon && !parts.at(-1)?.own && /[.!?”)]$/.test(texts[last]!)) texts[last] += ` ${voice.icon}`;
  return [...texts, ...(first ? [`\n${setup}`] : [])].join('\n');
}

/** A part for every question, or one for all that was told. */
function replies(talk: Conversation, asks: Ask[]): Part[] {
  const told = asks.filter(({ intent }) => intent === 'statement').map(({ text }) => text);
  const polite = (['thanks', 'goodbye'] as const).filter((one) => asks.some(({ intent }) => intent === one));
  const questions = asks.filter(
    ({ intent }) => !['statement', 'assent', 'thanks', 'goodbye'].includes(intent),
  );
  const parts = questions.slice(0, maxQuestions).map((ask) => replyTo(talk, ask));
  if (questions.length > maxQuestions)
    parts.push({ text: 'That is as many questions as I can take at once. Ask me the rest again.' });
  // What is told along with a question is mostly there to explain it.
  if (told.length > 0 && questions.length === 0) parts.push(acknowledge(talk, told));
  parts.push(...polite.map((intent) => smallTalk(talk, intent)));
  return parts.length > 0 || asks.length === 0 ? parts : [smallTalk(talk, 'assent')];
}

function replyTo(talk: Conversation, { intent, text }: Ask): Part {
  const { voice, name, bio, tools, remarks } = talk;
  const example = voice.example(text);
  switch (intent) {
    case 'help': {
      const known = tools.filter(({ phrases }) => phrases?.length).slice(0, 6);
      const list = known.map((tool) => `\n- ${tool.name}: ${sentencesOf(tool.description)[0] ?? ''}`);
      const offer = list.length > 0 ? ' In plain words you can also ask for:' : '';
      const about = `I am ${name}. I run without a language model, so I cannot make up answers; I can find and quote what you told me, with the time you said it.${offer}`;
      return { text: voice.tint(about) + list.join(''), own: list.length > 0 };
    }
    case 'identity': {
      if (example && example.score >= 0.6) return { text: example.reply, own: true };
      const own = firstPerson(name, sentencesOf(bio)[0] ?? '');
      const named = own.toLowerCase().includes(name.toLowerCase()) ? '' : `I am ${name}. `;
      return {
        text: voice.tint(`${named}${own} I am a program, at the moment one without a language model.`),
      };
    }
    case 'recap': {
      const said = remarks.filter(({ kind, justNow }) => !justNow && (kind === 'said' || kind === 'fact'));
      const told = said.filter((remark) =>
        sentencesOf(remark.text).some((one) => intentOf(one) === 'statement'),
      );
      const chosen = (told.length > 0 ? told : said).slice(-5);
      if (chosen.length === 0) return { text: voice.tint('You have not told me anything yet.') };
      return {
        text: quotes(
          talk,
          chosen.map((remark) => ({ remark, quote: cut(plain(remark.text), 240) })),
        ),
      };
    }
    case 'question':
      return answerQuestion(talk, text);
    case 'request':
      if (example && example.score >= 0.75) return { text: example.reply, own: true };
  }
  return smallTalk(talk, intent);
}

function smallTalk({ voice, seed }: Conversation, intent: Intent): Part {
  const polite = intent === 'wellbeing' || intent === 'thanks' || intent === 'goodbye';
  const own = polite && voice.replyTo((text) => intentOf(withoutGreeting(text, '').rest) === intent);
  return own ? { text: own, own: true } : { text: voice.line(seed, lines[intent] ?? []) };
}

/** Says that something was heard, by repeating it. */
function acknowledge({ voice, seed }: Conversation, told: string[]): Part {
  const example = told.length === 1 ? voice.example(told[0]!) : null;
  if (example && example.score >= 0.6) return { text: example.reply, own: true };
  const shown = told.slice(0, 3).map((text) => `“${cut(plain(text), 120).replace(/[.!]$/, '')}”`);
  const more = told.length > 3 ? [`${told.length - 3} more`] : [];
  const list = [...shown, ...more].join(', ').replace(/, ([^,]*)$/, told.length > 1 ? ' and $1' : ', $1');
  const lead = voice.keeping ?? voice.line(seed, ['Noted:', 'I will keep that:', 'Kept:']);
  return { text: `${lead} ${list}.`, own: voice.keeping !== null };
}

function answerQuestion(talk: Conversation, question: string): Part {
  const { voice, remarks, seed, tools, name, bio, recalled } = talk;
  const personal = isPersonal(question);
  const example = personal ? null : voice.example(question);
  if (example && example.score >= 0.75) return { text: example.reply, own: true };
  const isCommand = (text: string) => wishesIn(tools, text).length > 0;
  const finds = find(question, remarks, isCommand);
  const good = finds.filter(({ score }) => score >= answers);
  if (good.length > 0) {
    const wide = /\b(about|everything|anything|all|list)\b/i.test(question);
    const told = quotes(talk, good.slice(0, wide ? 3 : 1));
    return voice.recalling ? { text: `${voice.recalling} ${told}`, own: true } : { text: told };
  }
  if (example && example.score >= 0.6) return { text: example.reply, own: true };
  if (/\byou(r|rs|rself)?\b/i.test(question)) {
    const own = sentencesOf(bio).map((text) => ({ text, kind: 'read' as const, speaker: null, at: null }));
    const [best] = find(question.replace(/\byou(r|rs|rself)?\b/gi, ''), own, () => false);
    if (best && best.score >= 0.5) return { text: voice.tint(firstPerson(name, best.remark.text)) };
  }
  // Recall goes by meaning, so what it puts first may answer even where no word is the same.
  const meant =
    personal && stemsOf(question).size > 0
      ? remarks.find(
          ({ text, kind }) =>
            kind === 'said' && recalled !== undefined && keyOf(text) === keyOf(recalled) && !isCommand(text),
        )
      : undefined;
  const closest = finds[0] ?? (meant && { remark: meant, quote: cut(plain(meant.text), 240), score: near });
  const unsure = voice.ignorance ?? voice.line(seed, ['I am not sure.', 'I do not quite know.']);
  if (closest && closest.score >= (personal ? near : (near + answers) / 2))
    return {
      text: `${unsure} ${voice.tint('The nearest I have:')} ${quotes(talk, [closest])}`,
      own: voice.ignorance !== null,
    };
  if (voice.ignorance)
    return {
      text: personal ? `${voice.ignorance} ${voice.tint('Tell me, and I will keep it.')}` : voice.ignorance,
      own: true,
    };
  return { text: voice.line(seed, personal ? unheard : unknown) };
}

const unheard = [
  'I have nothing about that from you. Tell me, and I will keep it.',
  'You have not told me that yet. Tell me, and I will keep it.',
];
const unknown = [
  'I do not know. Without a language model I only know what is said here.',
  'That is beyond me. Without a language model I can only go by what is said here.',
];

function quotes({ voice, remarks }: Conversation, finds: Pick<Find, 'remark' | 'quote'>[]): string {
  const year = yearOf(remarks);
  return voice.tint([...new Set(finds.map((found) => tell(found, year)))].join('\n'));
}

/** A tool's result, as the character's example of the same tool begins: `Noted: …`. */
function resultPart({ voice, tools }: Conversation, { name, text }: { name: string; text: string }): Part {
  const result = cut(text.replace(/\p{Cs}/gu, '').trim(), 4000);
  if (!result) return { text: voice.tint('That is done.') };
  const failed = /^(?:the action failed|error)\s*:\s*/i.exec(result);
  if (failed) return { text: `${voice.tint('That did not work:')} ${result.slice(failed[0].length)}` };
  const open = /[\p{L}\p{N})"”]$/u.test(result) && !result.includes('\n') && result.includes(' ');
  const sentence = open ? `${result}.` : result;
  const tool = tools.filter((one) => one.name === name);
  const lead = leadOf(voice.replyTo((asked) => wishesIn(tool, asked).length > 0) ?? '');
  return lead
    ? { text: `${lead} ${sentence.replace(/^\p{Lu}\p{L}+: /u, '')}`, own: true }
    : { text: sentence };
}

/** Descriptions are written to the character (`You are …`) or about it (`Ada is …`). */
function firstPerson(name: string, sentence: string): string {
  const swapped = sentence
    .replace(/\byou(?: are|['’]re)\b/gi, 'I am')
    .replace(/\byou were\b/gi, 'I was')
    .replace(/\byour(self)?\b/gi, (_, self) => (self ? 'myself' : 'my'))
    .replace(/\byou\b/gi, 'I');
  const own = swapped.startsWith(`${name} is `) ? `I am ${swapped.slice(name.length + 4)}` : swapped;
  if (/^(A|An|The) /.test(own)) return `I am ${own.charAt(0).toLowerCase()}${own.slice(1)}`;
  return own.charAt(0).toUpperCase() + own.slice(1);
}
