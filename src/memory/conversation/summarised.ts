/** A summary that somebody asks for: what is summarised already, and what was said since. */
import type { Agent } from '../../core/character.js';
import type { Memory } from '../../core/memory.js';
import type { Origin } from '../../core/origin.js';
import type { TurnContext } from '../../plugin/plugin.js';
import { digestOf, emptyDigest, textOf } from './digest.js';
import { folded } from './folding.js';
import { type MakerParts, messagesAfter } from './maker.js';
import { type ConversationView, isOfNow } from './state.js';

export interface Summarised {
  text: string;
  /** Where its words come from, where that is outside. */
  origins: Origin[];
}

interface Parts extends MakerParts {
  tell(to: Memory, text: string, once: string, replaces?: string): Promise<void>;
}

/** Of models, for one question. What is older than they read is summarised by rules. */
const mostCalls = 8;
/** Then people are shown how far it is, in ms. */
const slowMs = 4000;

export async function summarised(
  parts: Parts,
  view: (agent: Agent, roomId: string, since: string) => Promise<ConversationView>,
  { agent, roomId, turnId, messages, signal }: TurnContext,
): Promise<Summarised> {
  const { rooms, memories, origins, clean } = parts;
  const { since = '' } = await rooms.get(roomId);
  const { summary, after, state } = await view(agent, roomId, since);
  const from = summary ? after : state && isOfNow(state, since) ? state.from : since;
  const asked = new Set(messages.map(({ id }) => id));
  const rest = (await messagesAfter(memories, roomId, from)).filter(({ id }) => !asked.has(id));
  const earlier = summary ? digestOf(summary.content.text) : emptyDigest();
  const begins = progress(parts, messages[0]!, turnId, rest.length);
  const fold = { agent, earlier, memories: rest, calls: mostCalls, signal, orRules: true, begins };
  const { digest } = rest.length > 0 ? await folded(parts, fold) : { digest: earlier };
  return { text: clean(agent, textOf(digest)), origins: await origins(agent, rest, summary) };
}

/** Told once it takes long, and then in the same place. */
function progress({ tell }: Parts, to: Memory, turnId: string, count: number) {
  const began = performance.now();
  let before: string | undefined;
  return async (piece: number, pieces: number) => {
    const { pull, answersOnly } = to.source;
    if (performance.now() - began < slowMs || pull || answersOnly) return;
    const once = `summarising:${turnId}:${piece}`;
    const text = `I read ${count.toLocaleString('en')} messages: part ${piece} of ${pieces}.`;
    await tell(to, text, once, before).catch(() => {});
    before ??= once;
  };
}
