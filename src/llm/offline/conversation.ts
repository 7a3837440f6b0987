/** A request as the offline model takes it apart. */
import type { ModelMessage, ModelRequest, Quote, Speaker, SystemPart } from '../../extension-api.js';
import { intentOf, withoutGreeting } from './intent.js';
import { voiceOf } from './voice.js';
import { keyOf, sentencesOf } from './words.js';

/** Something in reach that was said, noted or read. */
export interface Remark extends Omit<Quote, 'by'> {
  /** A name, where it was somebody else than the one who asks. */
  by: 'agent' | 'asker' | { name: string };
  /** Unix ms; NaN where it is not known. */
  at: number;
  /** Said in the very turn that asks. */
  justNow?: boolean;
  /** Of a document: by what it is cited, and what it is about. */
  mark?: number;
  about?: string;
}

/** Who spoke where that is not known: the one who asks, as far as anyone can tell. */
const nobody: Speaker = { id: '' };
const untimed = { at: Number.NaN, kind: 'message' } as const;

export type Conversation = ReturnType<typeof conversationIn>;
/** One sentence of the turn, and what it wants. */
export type Ask = Conversation['asks'][number];

export function conversationIn({ system, messages: all, tools }: ModelRequest) {
  const last = all.at(-1);
  // It has no other words for an answer: it gives the same again, and never tells people what it was advised.
  const messages = last?.role === 'user' && last.revises ? all.slice(0, -2) : all;
  const { name = 'I', bio = '' } = part(system, 'persona') ?? {};
  const recalled = part(system, 'recalled')?.memories ?? [];
  const facts = part(system, 'facts')?.memories ?? [];
  const passages = (part(system, 'documents')?.passages ?? []).map(
    ({ mark, name, section, text }): Remark => ({
      ...{ by: { name }, at: Number.NaN, kind: 'document', text, mark, about: `${name} ${section}` },
    }),
  );
  const end = messages.findLastIndex((message) => !isStep(message)) + 1;
  const start = messages.slice(0, end).findLastIndex(({ role }) => role !== 'user') + 1;
  const steps = messages.slice(end).filter((message) => message.role === 'tool');
  const turn = messages.slice(start, end).filter((message) => message.role === 'user');
  const earlier = messages.slice(0, start);
  const offer = offered(earlier.at(-1));
  const burst = turn.map(({ text }) => (offer && affirmation.test(text.trim()) ? offer : text));
  const heads = turn.flatMap(({ text, speaker }) =>
    sentencesOf(text).map((one) => ({ ...withoutGreeting(one, name), by: speaker ?? nobody })),
  );
  const asks = heads.flatMap(({ rest, by }) => (rest ? [{ intent: intentOf(rest), text: rest, by }] : []));

  const asker = turn.at(-1)?.speaker?.id;
  const remarkOf = ({ by, ...said }: Quote): Remark => {
    if (by === 'agent') return { ...said, by };
    const mine = by === nobody || asker === undefined || by.id === asker;
    return { ...said, by: mine ? 'asker' : { name: by.name ?? by.id } };
  };
  const before = earlier.flatMap((message): Quote[] => {
    if (message.role === 'tool') return [];
    if (message.role === 'assistant') return [{ ...untimed, by: 'agent', text: message.text }];
    const { speaker: by = nobody, at = untimed.at, text } = message;
    return [{ ...untimed, by, at, text }];
  });
  const remembered = [...recalled, ...facts].sort((a, b) => a.at - b.at);
  // What was told in the same turn can answer what is asked in it.
  const told = asks
    .filter(({ intent }) => intent === 'statement')
    .map(({ by, text }) => ({ ...remarkOf({ ...untimed, by, text }), justNow: true }));
  return {
    name,
    bio,
    voice: voiceOf(part(system, 'examples')?.pairs ?? []),
    tools,
    /** The messages of the turn, all of them to be answered. */
    burst,
    greeted: heads.some(({ greeted }) => greeted),
    asks,
    /** Names of files that came with the turn. */
    files: turn.flatMap(({ files = [] }) => files.map((file) => file.name)),
    /** What the tools gave that were called in this turn, in order; null: none were called yet. */
    results: steps.length > 0 ? steps : null,
    /** Nothing was answered before this turn, and nothing is recalled. */
    first: !earlier.some(({ role }) => role === 'assistant') && recalled.length === 0,
    /** Oldest first, the same words once. */
    remarks: distinct([...passages, ...[...remembered, ...before].map(remarkOf), ...told]),
    /** Of documents, best first. */
    passages,
    /** What recall put first. */
    recalled: recalled.find(({ best }) => best)?.text,
  };
}

function part<K extends SystemPart['kind']>(parts: SystemPart[], kind: K) {
  return parts.find((one): one is Extract<SystemPart, { kind: K }> => one.kind === kind);
}

/** A part of the running turn: a call, or what came of one. */
function isStep(message: ModelMessage): boolean {
  return message.role === 'tool' || (message.role === 'assistant' && Boolean(message.calls?.length));
}

const affirmation =
  /^(?:yes|yeah|yep|yup|sure|ok|okay|please do|do it|go ahead)(?:[\s,.!]+(?:please|do|do (?:it|that)|forget (?:it|them|that)|go ahead))*[\s.!]*$/i;

/** What the agent's last message ended with as the words to go on; quotes of what people said never end so. */
function offered(last: ModelMessage | undefined): string | null {
  return /\bSay "(yes, [^"“”]{1,1000})" to go on\.[^\p{L}"”]*$/u.exec(last?.text ?? '')?.[1] ?? null;
}

/** The same words twice are one remark, the later; what the agent said gives way to all else, a fact to what was said. */
function distinct(remarks: Remark[]): Remark[] {
  const byKey = new Map<string, Remark>();
  for (const remark of remarks) {
    const key = keyOf(remark.text) || remark.text.trim();
    const known = byKey.get(key);
    const weaker = known && known.by !== 'agent' && (remark.by === 'agent' || remark.kind === 'fact');
    const kept = weaker ? known : remark;
    byKey.delete(key);
    if (key) byKey.set(key, { ...kept, at: kept.at || (known?.at ?? Number.NaN) });
  }
  return [...byKey.values()];
}
