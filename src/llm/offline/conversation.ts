/**
 * A request as the offline model takes it apart.
 *
 * - **Burst**: the messages of the turn, all of them to be answered.
 * - **Ask**: one sentence of the burst, and what it wants.
 * - **Remark**: something that was said, noted or read, in reach of the conversation.
 */
import type { ModelMessage, ModelRequest, Quote, Speaker, SystemPart, Tool } from '../llm.js';
import { type Intent, intentOf, withoutGreeting } from './intent.js';
import { type Voice, voiceOf } from './voice.js';
import { hashOf, keyOf, sentencesOf } from './words.js';

export interface Ask {
  intent: Intent;
  text: string;
}

export interface Remark {
  text: string;
  kind: 'said' | 'replied' | 'fact' | 'read';
  /** Who said it; null: the one who asks. */
  speaker: string | null;
  /** Unix ms; null where it is not known. */
  at: number | null;
  /** Said in the very turn that asks. */
  justNow?: boolean;
}

export interface Conversation {
  name: string;
  bio: string;
  voice: Voice;
  tools: Tool[];
  burst: string[];
  greeted: boolean;
  asks: Ask[];
  /** Names of files that came with the burst. */
  files: string[];
  /** What the tools gave that were called in this turn, in order; null: none were called yet. */
  results: { name: string; text: string }[] | null;
  /** Nothing was answered before this turn, and nothing is recalled. */
  first: boolean;
  /** Oldest first, the same words once. */
  remarks: Remark[];
  /** The best that recall found, which goes by meaning. */
  recalled: string | undefined;
  /** The same for the same conversation: what would be chance elsewhere. */
  seed: number;
}

export function conversationIn({ system, messages, tools }: ModelRequest): Conversation {
  const { name = 'I', bio = '' } = part(system, 'persona') ?? {};
  const recalled = part(system, 'recalled')?.memories ?? [];
  const facts = part(system, 'facts')?.memories ?? [];
  let end = messages.length;
  while (end > 0 && isStep(messages[end - 1]!)) end--;
  let start = end;
  while (start > 0 && messages[start - 1]!.role === 'user') start--;
  const steps = messages.slice(end).filter((message) => message.role === 'tool');
  const turn = messages.slice(start, end).filter((message) => message.role === 'user');
  const earlier = messages.slice(0, start);
  const offer = offered(earlier.at(-1));
  const burst = turn.map(({ text }) => (offer && affirmation.test(text.trim()) ? offer : text));
  const heads = turn.flatMap(({ text }) => sentencesOf(text).map((one) => withoutGreeting(one, name)));
  const asks = heads
    .filter(({ rest }) => rest !== '')
    .map(({ rest }): Ask => ({ intent: intentOf(rest), text: rest }));

  const asker = turn.at(-1)?.speaker?.id;
  const nameOf = (speaker: Speaker | undefined) =>
    !speaker || asker === undefined || speaker.id === asker ? null : (speaker.name ?? speaker.id);
  const remembered = [...recalled, ...facts].sort((a, b) => a.at - b.at);
  // What was told in the same turn can answer what is asked in it.
  const told = asks.filter(({ intent }) => intent === 'statement' || intent === 'feeling');
  return {
    name,
    bio,
    voice: voiceOf(part(system, 'examples')?.pairs ?? []),
    tools,
    burst,
    greeted: heads.some(({ greeted }) => greeted),
    asks,
    files: turn.flatMap(({ files = [] }) => files.map((file) => file.name)),
    results: steps.length > 0 ? steps : null,
    first: !earlier.some(({ role }) => role === 'assistant') && recalled.length === 0,
    remarks: distinct([
      ...remembered.map((quote) => remarkOf(quote, nameOf)),
      ...earlier.flatMap((message): Remark[] => {
        if (message.role === 'tool') return [];
        const { role, text } = message;
        if (role === 'assistant') return [{ text, kind: 'replied', speaker: null, at: null }];
        return [{ text, kind: 'said', speaker: nameOf(message.speaker), at: message.at ?? null }];
      }),
      ...told.map(({ text }): Remark => ({ text, kind: 'said', speaker: null, at: null, justNow: true })),
    ]),
    recalled: recalled[0]?.text,
    seed: hashOf(`${earlier.length}/${burst.join('\n')}`),
  };
}

type Part<K> = Extract<SystemPart, { kind: K }>;

function part<K extends SystemPart['kind']>(parts: SystemPart[], kind: K): Part<K> | undefined {
  return parts.find((one): one is Part<K> => one.kind === kind);
}

/** A part of the running turn: a call, or what came of one. */
function isStep(message: ModelMessage): boolean {
  return message.role === 'tool' || (message.role === 'assistant' && (message.calls?.length ?? 0) > 0);
}

const affirmation =
  /^(?:yes|yeah|yep|yup|sure|ok|okay|please do|do it|go ahead)(?:[\s,.!]+(?:please|do|do (?:it|that)|forget (?:it|them|that)|go ahead))*[\s.!]*$/i;

/** What the agent's last message ended with as the words to go on; quotes of what people said never end so. */
function offered(last: ModelMessage | undefined): string | null {
  return /\bSay "(yes, [^"“”]{1,1000})" to go on\.[^\p{L}"”]*$/u.exec(last?.text ?? '')?.[1] ?? null;
}

function remarkOf(
  { by, at, text, kind }: Quote,
  nameOf: (speaker: Speaker | undefined) => string | null,
): Remark {
  const spoken = by === 'agent' ? 'replied' : 'said';
  const what = kind === 'fact' ? 'fact' : kind === 'message' ? spoken : 'read';
  return { text, kind: what, speaker: by === 'agent' ? null : nameOf(by), at };
}

/** The same words twice are one remark, the later; a reply gives way to all else, and a fact to what was said. */
function distinct(remarks: Remark[]): Remark[] {
  const byKey = new Map<string, Remark>();
  for (const remark of remarks) {
    const key = keyOf(remark.text) || remark.text.trim();
    const known = byKey.get(key);
    const weaker = known && known.kind !== 'replied' && (remark.kind === 'replied' || remark.kind === 'fact');
    const kept = weaker ? known : remark;
    byKey.delete(key);
    if (key) byKey.set(key, { ...kept, at: kept.at ?? known?.at ?? null });
  }
  return [...byKey.values()];
}
