/** What is said between questions: greetings, thanks, goodbyes, and who the character is. */
import type { Character } from '../../core/character.js';
import { begun, type Desk } from './desk.js';
import { intentOf, isGreeting, withoutGreeting } from './intent.js';
import { cut, find, plain, type Remark } from './quote.js';
import { isForeignScript, sentencesOf } from './words.js';

export function greet(desk: Desk): string {
  const own = desk.voice.replyTo(isGreeting);
  if (own) return own;
  const who = desk.scene.first ? `I am ${desk.character.name}. ` : '';
  return `${hello(desk)} ${desk.voice.tint(`${who}What is on your mind?`)}`;
}

/** The first words of the character's own greeting, to go before an answer. */
export function hello({ voice }: Desk): string {
  const own = voice.replyTo(isGreeting);
  const first = own ? (sentencesOf(own)[0] ?? '') : '';
  return first && first.length <= 40 && !first.endsWith('?') ? first : voice.tint('Hello.');
}

export function wellbeing({ voice, seed }: Desk): string {
  const own = voice.replyTo((text) => intentOf(withoutGreeting(text, '').rest) === 'wellbeing');
  return own ?? voice.line(seed, ['All is well here, thank you.', 'I am well, thank you.']);
}

export function thanked({ voice, seed }: Desk): string {
  const own = voice.replyTo((text) => intentOf(text) === 'thanks');
  return own ?? voice.line(seed, ['You are welcome.', 'My pleasure.', 'Glad to help.']);
}

export function parted({ voice, seed }: Desk): string {
  const own = voice.replyTo((text) => intentOf(text) === 'goodbye');
  return own ?? voice.line(seed, ['Goodbye. I will remember what you told me.', 'Goodbye, until next time.']);
}

/** Says that something was heard, by repeating it. */
export function acknowledge(desk: Desk, told: string[]): string {
  const { voice, seed } = desk;
  const all = told.join(' ');
  const example = told.length === 1 ? voice.example(all) : null;
  if (example && example.score >= 0.6) return example.reply;
  if (isForeignScript(all))
    return `${voice.tint('Without a language model I write only English, but this is kept:')} “${cut(plain(all), 120)}”.`;
  const shown = told.slice(0, 3).map((text) => `“${cut(plain(text), 120).replace(/[.!]$/, '')}”`);
  const list = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown[0];
  const more = told.length > shown.length ? voice.tint(` and ${told.length - shown.length} more`) : '';
  if (voice.lead.keeping) return begun(desk, voice.lead.keeping, `${list}${more}.`);
  return `${voice.line(seed, ['Noted:', 'I will keep that:', 'Kept:'])} ${list}${more}.`;
}

export function filed({ voice }: Desk, files: string[]): string {
  const names = files.slice(0, 3).map((file) => `“${cut(plain(file), 60)}”`);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  const verb = files.length > 1 ? 'are' : 'is';
  return voice.tint(
    `I cannot look into files without a language model, but ${names.join(', ')}${more} ${verb} kept.`,
  );
}

export function beyond({ voice, seed }: Desk): string {
  return voice.line(seed, [
    'I cannot do that without a language model. Ask for “help” to see what I can do.',
    'That takes a language model, and I run without one. Ask for “help” to see what I can do.',
  ]);
}

export function help({ voice, request, character }: Desk): string {
  const tools = request.tools.filter(({ recognise }) => recognise).slice(0, 6);
  const lines = tools.map(({ name, description }) => `- ${name}: ${sentencesOf(description)[0] ?? ''}`);
  const own = voice.tint(
    `I am ${character.name}. I run without a language model, so I cannot make up answers; I can find and quote what you told me, with the time you said it.`,
  );
  return lines.length > 0
    ? `${own} ${voice.tint('In plain words you can also ask for:')}\n${lines.join('\n')}`
    : own;
}

export function identity({ voice, character }: Desk, question: string): string {
  const example = voice.example(question);
  if (example && example.score >= 0.6) return example.reply;
  const bio = firstPerson(character, sentencesOf(character.bio)[0] ?? '');
  const named = bio.toLowerCase().includes(character.name.toLowerCase());
  const honest = /\b(bot|robot|human|real|ai|person|machine|chatbot|llm|model)\b/i.test(question)
    ? ' I am a program, at the moment one without a language model.'
    : '';
  return voice.tint(`${named ? '' : `I am ${character.name}. `}${bio}${honest}`);
}

/** The sentence of the character's description that a question about it is about, or null. */
export function fromBio(character: Character, question: string): string | null {
  const remarks = sentencesOf(character.bio).map(
    (text): Remark => ({ text, kind: 'read', speaker: null, at: null }),
  );
  const best = find(question.replace(/\byou(r|rs|rself)?\b/gi, ''), remarks, character.name)[0];
  return best && best.score >= 0.5 ? firstPerson(character, best.remark.text) : null;
}

/** Descriptions are written to the character (`You are …`) or about it (`Ada is …`). */
function firstPerson({ name }: Character, sentence: string): string {
  const swapped = sentence
    .replace(/\byou are\b|\byou're\b/gi, 'I am')
    .replace(/\byou were\b/gi, 'I was')
    .replace(/\byourself\b/gi, 'myself')
    .replace(/\byour\b/gi, 'my')
    .replace(/\byou\b/gi, 'I');
  const own = swapped.startsWith(`${name} is `) ? `I am ${swapped.slice(name.length + 4)}` : swapped;
  if (/^(A|An|The) /.test(own)) return `I am ${own.charAt(0).toLowerCase()}${own.slice(1)}`;
  return own.charAt(0).toUpperCase() + own.slice(1);
}
