/** Puts an answer together: a part for every question of the turn, between an opening and a closing of the character's. */
import type { ModelRequest } from '../llm.js';
import { type Ask, begun, type Desk, deskFor } from './desk.js';
import { cut } from './quote.js';
import { answerQuestion, recap } from './recollection.js';
import type { Scene } from './scene.js';
import {
  acknowledge,
  beyond,
  filed,
  greet,
  hello,
  help,
  identity,
  parted,
  thanked,
  wellbeing,
} from './small-talk.js';
import { recognised } from './tools.js';
import { leadOf } from './voice.js';

/** More questions than this in one turn are not answered one by one. */
const maxQuestions = 6;

const setup =
  '(I am running without a language model. To give me one, set OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_HOST; the README says how.)';

export function answerTo(request: ModelRequest, scene: Scene): string {
  const desk = deskFor(request, scene);
  const text = scene.results ? fromResults(desk, scene.results) : fromBurst(desk);
  return scene.first ? `${text}\n\n${setup}` : text;
}

function fromResults(desk: Desk, results: Result[]): string {
  const { tools } = desk.request;
  const told = [...new Set(results.map((result) => resultLine(desk, result)))];
  // The other questions of the turn, which no tool took.
  const rest = desk.parts
    .filter((_, index) => !recognised(tools, desk.scene.burst[index] ?? ''))
    .flatMap(({ asks }) => asks)
    .filter(({ intent, text }) => intent !== 'statement' && intent !== 'assent' && !recognised(tools, text));
  return spoken(desk, [...told, ...(rest.length > 0 ? replies(desk, rest) : [])]);
}

type Result = NonNullable<Scene['results']>[number];

function resultLine(desk: Desk, { name, text }: Result): string {
  const { voice } = desk;
  const result = cut(text.replace(/\p{Cs}/gu, '').trim(), 4000);
  if (!result) return voice.tint('That is done.');
  const failed = /^(?:the action failed|error)\s*:\s*/i.exec(result);
  if (failed) return `${voice.tint('That did not work:')} ${result.slice(failed[0].length)}`;
  const open = /[\p{L}\p{N})]$/u.test(result) && !result.includes('\n') && result.includes(' ');
  const sentence = open || /["”]$/.test(result) ? `${result}.` : result;
  return inCharacter(desk, name, sentence);
}

/** As the character's example of the same tool has it: `By the harbour clock it is …`, `Noted: …`. */
function inCharacter(desk: Desk, name: string, sentence: string): string {
  const tool = desk.request.tools.filter((one) => one.name === name);
  const reply = desk.voice.replyTo((text) => recognised(tool, text) !== null);
  if (!reply) return sentence;
  const beforeTime = /^(.{2,80}?) it is\b/i.exec(reply)?.[1];
  if (beforeTime && sentence.startsWith('It is '))
    return begun(desk, beforeTime, `it is${sentence.slice(5)}`);
  const lead = leadOf(reply);
  return lead ? begun(desk, lead, sentence.replace(/^\p{Lu}\p{L}+: /u, '')) : sentence;
}

function fromBurst(desk: Desk): string {
  const asks = desk.parts.flatMap((part) => part.asks);
  const files = desk.parts.flatMap((part) => part.files);
  const greeted = desk.parts.some((part) => part.greeted);
  if (files.length === 0 && asks.every(({ intent }) => intent === 'wellbeing')) {
    const parts = asks.length > 0 ? [wellbeing(desk)] : [];
    return [...(greeted || parts.length === 0 ? [greet(desk)] : []), ...parts].join(' ');
  }
  const parts = asks.length > 0 ? replies(desk, asks) : [];
  if (files.length > 0) parts.push(filed(desk, files));
  return spoken(desk, parts, greeted ? hello(desk) : null);
}

/** The character's own replies open and close as they are. */
function spoken(desk: Desk, parts: string[], greeting: string | null = null): string {
  const { voice, seed } = desk;
  const [first = '', ...others] = parts;
  const before = greeting ?? (voice.isOwn(first) || desk.led.has(first) ? null : voice.opening(seed));
  const lines = [before ? joined(before, first) : first, ...others];
  const after = voice.isOwn(parts.at(-1) ?? '') ? null : voice.closing(seed);
  const last = lines.at(-1) ?? '';
  if (after && !last.includes('\n') && /[.!?”)]$/.test(last)) lines[lines.length - 1] = `${last} ${after}`;
  return lines.filter(Boolean).join('\n');
}

function joined(opening: string, text: string): string {
  const goesOn =
    opening.endsWith(',') && /^(The|That|This|Here|On|Earlier|Noted|Nothing|My|You|It)\b/.test(text);
  return `${opening} ${goesOn ? text.charAt(0).toLowerCase() + text.slice(1) : text}`;
}

/** A part for every question, or one for all that was told. */
function replies(desk: Desk, asks: Ask[]): string[] {
  const parts: string[] = [];
  const told = asks.filter(({ intent }) => intent === 'statement').map(({ text }) => text);
  const questions = asks.filter(
    ({ intent }) => !['statement', 'assent', 'thanks', 'goodbye'].includes(intent),
  );
  for (const ask of questions.slice(0, maxQuestions)) parts.push(replyTo(desk, ask));
  if (questions.length > maxQuestions)
    parts.push(desk.voice.tint('That is as many questions as I can take at once. Ask me the rest again.'));
  // What is told along with a question is mostly there to explain it.
  if (told.length > 0 && questions.length === 0) parts.push(acknowledge(desk, told));
  if (asks.some(({ intent }) => intent === 'thanks')) parts.push(thanked(desk));
  if (asks.some(({ intent }) => intent === 'goodbye')) parts.push(parted(desk));
  if (parts.length === 0) parts.push(desk.voice.line(desk.seed, ['Good.', 'All right.', 'I see.']));
  return [...new Set(parts)];
}

function replyTo(desk: Desk, { intent, text }: Ask): string {
  switch (intent) {
    case 'wellbeing':
      return wellbeing(desk);
    case 'help':
      return help(desk);
    case 'identity':
      return identity(desk, text);
    case 'recap':
      return recap(desk);
    case 'request': {
      const example = desk.voice.example(text);
      return example && example.score >= 0.75 ? example.reply : beyond(desk);
    }
    default:
      return answerQuestion(desk, text);
  }
}
