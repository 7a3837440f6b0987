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
  const people = conversation.filter(({ role }) => role === 'user');
  // A window has many messages of few people.
  const keys = people.map(standingOf);
  const authors = new Map(people.map((memory, at) => [keys[at]!, memory]));
  const strangers = new Set<string>();
  const lookUp = async ([key, memory]: [string, Memory]) => {
    if (!(await isSomebody(memory, agent))) strangers.add(key);
  };
  await Promise.all([...authors].map(lookUp));
  for (const key of authors.keys()) if (strangers.has(key)) addOrigins(found, [personOf(authors.get(key)!)]);
  for (const [at, memory] of people.entries()) {
    if (!strangers.has(keys[at]!) || asked.has(memory.id)) vouched.push(memory.content.text);
    const { attachments, parts, quote } = memory.content;
    if (attachments.length > 0 || parts || quote) addOrigins(found, carriedBy(memory, conversation));
  }
  for (const { taint } of conversation) if (taint) addOrigins(found, taint);
  for (const { taint } of remembered) if (taint) addOrigins(found, taint);
  for (const { actions } of steps) for (const { origins = [] } of actions) addOrigins(found, origins);
  for (const { role, content, taint } of remembered)
    if (role === 'user' && !taint) vouched.push(content.text);
  return { origins: found, vouched };
}

/** Rooms are kept in memory from turn to turn, and so is what was made of their messages. */
const standings = new WeakMap<Memory, string>();

/** Alike for messages whose authors have the same rights. */
function standingOf(memory: Memory): string {
  const made = standings.get(memory);
  if (made !== undefined) return made;
  const { author, source, asker } = memory;
  const { connector, tenant, channel } = source;
  const key = JSON.stringify([connector, tenant, channel, author.id, author.name, asker]);
  standings.set(memory, key);
  return key;
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

function carriedBy({ content, author }: Memory, conversation: readonly Memory[]): Origin[] {
  const { attachments, parts = [], quote, replyTo } = content;
  const quoted = replyTo !== null && conversation.some(({ id }) => id === replyTo);
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
