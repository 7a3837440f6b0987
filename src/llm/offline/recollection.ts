/** Answers from memory: what was said, noted and read, in quotes, or that there is nothing. */
import { begun, type Desk, partOf } from './desk.js';
import { answers, cut, type Find, find, near, plain, tell } from './quote.js';
import { fromBio } from './small-talk.js';
import { isForeignScript, isPersonal, keyOf, stemsOf } from './words.js';

const most = { wide: 3, recap: 5 };

export function answerQuestion(desk: Desk, question: string): string {
  const { voice, remarks, character } = desk;
  const personal = isPersonal(question);
  const example = voice.example(question);
  if (example && !personal && example.score >= 0.75) return example.reply;

  const finds = find(question, remarks, character.name);
  const good = finds.filter(({ score }) => score >= answers);
  if (good.length > 0) {
    const wide = /\b(about|everything|anything|all|list)\b/i.test(question);
    return led(desk, quotes(desk, good.slice(0, wide ? most.wide : 1)));
  }
  if (example && !personal && example.score >= 0.6) return example.reply;
  const aboutAgent =
    /\byou(r|rs|rself)?\b/i.test(question) && !/\byou (say|said|tell|mention)/i.test(question);
  const bio = aboutAgent ? fromBio(character, question) : null;
  if (bio) return voice.tint(bio);

  const closest = finds[0] ?? (personal ? recalledFirst(desk, question) : undefined);
  if (closest && closest.score >= (personal ? near : (near + answers) / 2)) {
    const nearest = `${voice.tint('The nearest I have:')} ${quotes(desk, [closest])}`;
    if (voice.ignorance) return begun(desk, voice.ignorance, nearest);
    return `${voice.line(desk.seed, ['I am not sure.', 'I do not quite know.'])} ${nearest}`;
  }
  if (isForeignScript(question))
    return voice.tint('Without a language model I write only English, but I keep what you tell me.');
  return unknown(desk, personal);
}

/** What was told so far, the newest last. */
export function recap(desk: Desk): string {
  const { remarks, voice, character } = desk;
  const told = remarks.filter(({ kind, justNow }) => !justNow && (kind === 'said' || kind === 'fact'));
  const tells = (text: string) =>
    partOf(text, character.name).asks.some(({ intent }) => intent === 'statement');
  const telling = told.filter(({ text }) => tells(text));
  const chosen = (telling.length > 0 ? telling : told).slice(-most.recap);
  if (chosen.length === 0)
    return voice.line(desk.seed, [
      'You have not told me anything yet.',
      'Nothing yet: this is where we begin.',
    ]);
  return quotes(
    desk,
    chosen.map((remark) => ({ remark, quote: cut(plain(remark.text), 240) })),
  );
}

/** Recall goes by meaning, so what it puts first may answer even where no word is the same. */
function recalledFirst(desk: Desk, question: string): Find | undefined {
  const [memory] = desk.request.grounding.recalled;
  if (!memory || stemsOf(question).size === 0) return undefined;
  const key = keyOf(memory.content.text);
  const remark = desk.remarks.find(({ text, kind }) => kind === 'said' && keyOf(text) === key);
  return remark && { remark, quote: cut(plain(remark.text), 240), score: near };
}

function quotes(desk: Desk, finds: Pick<Find, 'remark' | 'quote'>[]): string {
  const told = finds.map(({ remark, quote }) => tell({ remark, quote }, desk.year));
  const fresh = told.filter((line) => !desk.quoted.has(line));
  for (const line of told) desk.quoted.add(line);
  return desk.voice.tint((fresh.length > 0 ? fresh : told.slice(0, 1)).join('\n'));
}

/** With what the character begins when it recalls something, once an answer. */
function led(desk: Desk, text: string): string {
  const lead = desk.voice.lead.recalling;
  if (!lead || [...desk.led].some((part) => part.startsWith(lead))) return text;
  return begun(desk, lead, text);
}

function unknown(desk: Desk, personal: boolean): string {
  const { voice, seed } = desk;
  if (voice.ignorance && personal)
    return begun(desk, voice.ignorance, voice.tint('Tell me, and I will keep it.'));
  if (voice.ignorance) return begun(desk, voice.ignorance, '');
  if (personal)
    return voice.line(seed, [
      'I have nothing about that from you. Tell me, and I will keep it.',
      'You have not told me that yet. Tell me, and I will keep it.',
    ]);
  return voice.line(seed, [
    'I do not know. Without a language model I only know what is said here.',
    'That is beyond me. Without a language model I can only go by what is said here.',
  ]);
}
