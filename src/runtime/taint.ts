/** What a turn reads that is from outside: see `core/origin.ts`. */
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import { addOrigins, type Origin } from '../core/origin.js';
import type { PartKind } from '../core/part.js';
import type { TurnStep } from '../core/turn.js';

/** Parts in the author's own words, or the hub's. */
const ownParts: ReadonlySet<PartKind> = new Set(['voice', 'note', 'poll', 'sticker', 'title']);

export interface Read {
  agent: Agent;
  /** What stands in the conversation, what is answered too. */
  conversation: readonly Memory[];
  /** Facts, and what was recalled. */
  remembered: readonly Memory[];
  /** What the turn did before. */
  steps: readonly TurnStep[];
  /** Whether somebody has a role. */
  isSomebody(memory: Memory, agent: Agent): Promise<boolean>;
}

/** Where those words come from that nobody with a role vouches for. */
export async function originsOf({
  agent,
  conversation,
  remembered,
  steps,
  isSomebody,
}: Read): Promise<Origin[]> {
  const found: Origin[] = [];
  const known = new Map(conversation.map((memory) => [memory.id, memory]));
  const people = conversation.filter(({ role }) => role === 'user');
  const trusted = await Promise.all(people.map((memory) => isSomebody(memory, agent)));
  for (const [at, memory] of people.entries()) {
    if (!trusted[at]) addOrigins(found, [personOf(memory)]);
    addOrigins(found, carriedBy(memory, known));
  }
  for (const { taint = [] } of [...conversation, ...remembered]) addOrigins(found, taint);
  for (const { actions } of steps) for (const { origins = [] } of actions) addOrigins(found, origins);
  return found;
}

function personOf({ author, source }: Memory): Origin {
  return { kind: 'person', what: `${author.name ?? author.id} on ${source.connector}` };
}

function carriedBy({ content, author }: Memory, known: ReadonlyMap<string, Memory>): Origin[] {
  const { attachments, parts = [], quote, replyTo } = content;
  const quoted = replyTo === null ? undefined : known.get(replyTo);
  // What it points at is in the conversation, and counts as what it is there.
  const passedOn = quote && !quoted;
  return [
    ...attachments.map(({ name }): Origin => ({ kind: 'file', what: name })),
    ...parts
      .filter(({ kind }) => !ownParts.has(kind))
      .map((part): Origin => ({ kind: part.bot ? 'webhook' : 'quote', what: part.author ?? part.kind })),
    ...(passedOn && quote.author !== author.name
      ? [{ kind: 'quote', what: quote.author ?? 'somebody' } satisfies Origin]
      : []),
  ];
}
