/** What a turn reads that is from outside: see `core/origin.ts`. */
import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import { addOrigins, type Origin } from '../core/origin.js';
import type { PartKind } from '../core/part.js';
import type { TurnStep } from '../core/turn.js';
import type { Wish } from '../tools/policy/judge.js';
import type { OfferedTool } from '../tools/tool.js';

/** Parts in the author's own words, or the hub's. */
const ownParts: ReadonlySet<PartKind> = new Set(['note', 'poll', 'sticker']);

/** What a turn has read. */
export interface Origins {
  origins: Origin[];
  /** Words of people with a role, of whoever asks, and what was remembered of nothing else. */
  vouched: string[];
}

export interface Read {
  agent: Agent;
  /** What stands in the conversation, what is answered too. */
  conversation: readonly Memory[];
  /** Facts, and what was recalled. */
  remembered: readonly Memory[];
  /** Ids of what the turn answers. */
  asked: ReadonlySet<string>;
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
  asked,
  isSomebody,
}: Read): Promise<Origins> {
  const found: Origin[] = [];
  const vouched: string[] = [];
  const known = new Map(conversation.map((memory) => [memory.id, memory]));
  const people = conversation.filter(({ role }) => role === 'user');
  const trusted = await Promise.all(people.map((memory) => isSomebody(memory, agent)));
  for (const [at, memory] of people.entries()) {
    if (!trusted[at]) addOrigins(found, [personOf(memory)]);
    if (trusted[at] || asked.has(memory.id)) vouched.push(memory.content.text);
    addOrigins(found, carriedBy(memory, known));
  }
  for (const { taint = [] } of [...conversation, ...remembered]) addOrigins(found, taint);
  for (const { actions } of steps) for (const { origins = [] } of actions) addOrigins(found, origins);
  for (const { role, content, taint } of remembered)
    if (role === 'user' && !taint) vouched.push(content.text);
  return { origins: found, vouched };
}

/** Where the words of a result come from, where that is outside: the page that was asked for, or the tool. */
export function resultOrigins(
  { tool, written }: Wish,
  { outside }: { outside?: boolean },
  at: number,
): Origin[] {
  if (!tool.hints.openWorld && !outside) return [];
  const values = typeof written === 'object' && written !== null ? Object.values(written) : [];
  const page = values.find((value) => typeof value === 'string' && /^https?:\/\/\S+$/i.test(value));
  if (page === undefined) return [{ kind: 'tool', what: tool.key, at }];
  // What stands behind a question mark may be anything.
  return [{ kind: 'page', what: page.replace(/[?#].*$/s, '').slice(0, 200), at }];
}

/** Results of a turn's calls that are not from outside. */
export function trustedResults(
  steps: readonly TurnStep[],
  tools: ReadonlyMap<string, OfferedTool>,
): string[] {
  return steps
    .flatMap(({ actions }) => actions)
    .filter(({ ok, origins, name }) => ok && !origins && tools.get(name)?.hints.openWorld === false)
    .map(({ result }) => result ?? '');
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
