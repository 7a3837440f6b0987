/**
 * Keeps facts, and is the only one that writes them: what somebody asked for, what was read out of talk, corrections. The
 * same is said once more, the newer ends the older, and where nobody knows which holds both are marked.
 */
import { KeyedQueue } from '../../connector/kit/keyed-queue.js';
import type { Fact } from '../../core/derived-memory.js';
import { type Author, type Memory, ownMemory } from '../../core/memory.js';
import { addOrigins, type Origin } from '../../core/origin.js';
import { FatalError } from '../../errors.js';
import type { Facts } from '../../store/facts.js';
import type { Forgotten } from '../../store/forgotten.js';
import type { History } from '../../store/history.js';
import { hasSecret, notKept } from '../secrets.js';
import { blockOf, deniedBy, factKey, holds, isDenied, isOf, knownOf, plainly } from './known.js';
import { extractFacts } from './rules/extract.js';
import type { FoundFact, Relation } from './rules/fact.js';
import { relate } from './rules/relate.js';
import { sensitive } from './rules/sensitive.js';

/** Most facts that one person has in a scope. */
const mostOfOne = 200;
/** Most facts of a scope that a new one is compared with. */
const mostCompared = 1000;
/** Of messages that say the same, the first and the newest are named. */
const mostSources = 20;
const mostDisputes = 10;
const mostTries = 5;
const longestText = 1000;

/** What is to be kept. */
export interface Wish {
  /** Where it was said. */
  room: Pick<Memory, 'agentId' | 'roomId' | 'scope' | 'source'>;
  /** Whose fact it is: who said it. */
  owner: Author;
  text: string;
  how: Fact['how'];
  /** The messages that say it. */
  from: readonly string[];
  /** When it was said, Unix ms. */
  at: number;
  turnId: string | null;
  /** Where what the turn has read came from. */
  taint?: readonly Origin[] | undefined;
  /** The fact that it takes the place of: it is no doubt about it. */
  instead?: string;
  /** What it says, where that was read already. */
  found?: FoundFact;
}

/** Why it is not kept: it is `secret`, `health` or `payment`; its owner has `denied` it or had it `forgotten`; they have too `many`. */
export type Refusal = 'secret' | 'health' | 'payment' | 'denied' | 'forgotten' | 'many';

export interface Kept {
  /** The fact that holds now; null: it was refused. */
  fact: Memory | null;
  refused?: Refusal;
  /** It was known, and said once more. */
  again?: true;
  /** What does not hold any longer. */
  ended: Memory[];
  /** What says otherwise, and may hold as well. */
  disputed: Memory[];
}

export interface KeeperParts {
  memories: Pick<History, 'append' | 'get'> & Facts;
  forgotten: Pick<Forgotten, 'has'>;
  /** Called when somebody has their first fact in a scope, or may have. */
  placed?(fact: Memory): Promise<void>;
}

export class FactKeeper {
  readonly #parts: KeeperParts;
  readonly #line = new KeyedQueue();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** One after the other in each scope. Repeated for the same message it changes nothing. */
  keep(wish: Wish): Promise<Kept> {
    const { agentId, scope } = wish.room;
    return this.#line.run(`${agentId} ${scope}`, () => this.#keep(wish));
  }

  /**
   * Its owner says what is right: the fact never was so, and the new one holds.
   * @throws FatalError `invalid_field` where the new text is not kept, `not_found` where the fact has ended or is gone
   */
  async correct(id: string, text: string, now: number): Promise<Memory> {
    const wrong = await this.#parts.memories.get(id);
    if (wrong?.kind !== 'fact' || !holds(wrong, now))
      throw new FatalError('not_found', 'There is no such fact.', { field: 'id' });
    const { agentId, roomId, scope, source, author: owner } = wrong;
    const room = { agentId, roomId, scope, source };
    const { fact, refused } = await this.keep({
      ...{ room, owner, text, how: 'corrected', from: blockOf(wrong).from, at: now, turnId: null },
      instead: id,
      ...(wrong.taint && { taint: wrong.taint }),
    });
    if (!fact) throw refusedFact(refused!);
    if (fact.id !== id) await this.#end(wrong, deniedBy(fact.id), now);
    return fact;
  }

  async #keep(wish: Wish): Promise<Kept> {
    const { memories } = this.#parts;
    const { agentId, scope } = wish.room;
    const text = wish.text.trim().slice(0, longestText);
    const said = { text, at: wish.at };
    const found = wish.found ? [wish.found] : extractFacts(said);
    const whose = { author: wish.owner, source: wish.room.source };
    const all = await memories.everyFact(agentId, [scope], mostCompared);
    const own = all.filter((fact) => isOf(fact, whose));
    const standing = own.filter((fact) => holds(fact, wish.at) || holds(fact, Date.now()));
    const refused = this.#refusal(wish, text) ?? this.#isDeniedBefore(wish, found, own, text);
    const relations = relationsOf(standing, found, text, refused === 'denied');

    const same = standing.find((fact) => relations.get(fact) === 'same');
    if (same && !refused) return this.#again(same, wish);
    const over = standing.filter((fact) => ['newer', 'ends'].includes(relations.get(fact)!));
    const end = async (by: string) => {
      // What is said not to be so never was, unless the words say that it has changed.
      const never = (fact: Memory) => relations.get(fact) === 'ends' && found.every(isDenial);
      const ending = over.filter(({ id }) => id !== by);
      for (const fact of ending)
        await this.#end(fact, never(fact) ? deniedBy(by) : by, found[0]?.since ?? wish.at);
    };
    if (refused) {
      // That it is not kept does not make the other true.
      await end(wish.from[0] ?? whose.author.id);
      return { fact: null, refused, ended: over, disputed: [] };
    }
    if (standing.length - over.length >= mostOfOne)
      return { fact: null, refused: 'many', ended: [], disputed: [] };
    const disputed = standing
      .filter((fact) => relations.get(fact) === 'disputed' && fact.id !== wish.instead)
      .slice(0, mostDisputes);
    const made = this.#made(wish, text, found, disputed);
    // A message gives a fact once: when it is read again, what was forgotten or has ended meanwhile stays so.
    if (await this.#parts.forgotten.has({ ...made.source, agentId }))
      return { fact: null, refused: 'forgotten', ended: [], disputed: [] };
    // Before it is there: whoever sees it finds its place.
    await this.#parts.placed?.(made);
    const { memory: fact } = await memories.append(made);
    await end(fact.id);
    for (const other of disputed)
      await this.#change(other.id, (block) => ({
        ...block,
        disputes: [...new Set([...(block.disputes ?? []), fact.id])].slice(-mostDisputes),
      }));
    return { fact, ended: over, disputed };
  }

  #refusal({ how }: Wish, text: string): Refusal | null {
    if (how === 'found') return sensitive(text);
    return hasSecret(text) ? 'secret' : null;
  }

  /** Talk about a mistake does not revive it; whoever asks for it does. */
  #isDeniedBefore(
    { how }: Wish,
    found: readonly FoundFact[],
    own: readonly Memory[],
    text: string,
  ): Refusal | null {
    if (how !== 'found') return null;
    const before = own.filter(isDenied);
    const same = (fact: Memory) =>
      plainly(fact.content.text) === plainly(text) ||
      found.some((one) => one.polarity > 0 && relate(knownOf(fact), one) === 'same');
    return before.some(same) ? 'denied' : null;
  }

  /** Its words, and their taint, are those that were said first. */
  async #again(same: Memory, { from, how }: Wish): Promise<Kept> {
    const news = from.filter((id) => !blockOf(same).from.includes(id));
    if (news.length === 0 && from.length > 0) return { fact: same, again: true, ended: [], disputed: [] };
    const block = await this.#change(same.id, (block) => ({
      ...block,
      from: shortened([...block.from, ...news]),
      said: block.said + 1,
      ...(how !== 'found' && { how, confidence: 1 }),
    }));
    return { fact: { ...same, ...(block && { fact: block }) }, again: true, ended: [], disputed: [] };
  }

  #made(wish: Wish, text: string, found: readonly FoundFact[], disputed: readonly Memory[]): Memory {
    const { room, owner, how, from, at, turnId } = wish;
    const [says] = found.length === 1 ? found : [];
    const taint: Origin[] = [];
    addOrigins(taint, wish.taint ?? []);
    // What is over from the start has no known end, or one that the words say.
    const isPast = says?.temporal === 'past';
    const until = isPast ? Math.min(says.until ?? at, at) : says?.until;
    const fact: Fact = {
      ...{ from: shortened([...from]), how, said: 1, version: 1 },
      confidence: how === 'found' ? (says?.confidence ?? 0.5) : 1,
      ...(says?.since !== undefined && { since: says.since }),
      ...(until !== undefined && { until }),
      ...(disputed.length > 0 && { disputes: disputed.map(({ id }) => id) }),
      ...(says && {
        says: {
          ...{ subject: says.subject, attribute: says.attribute, value: says.value },
          ...{ polarity: says.polarity, temporal: says.temporal },
        },
      }),
    };
    const memory = ownMemory(room, {
      ...{ kind: 'fact', role: 'user', author: owner, turnId, fact },
      content: { text, attachments: [], replyTo: null },
      ...(taint.length > 0 && { taint }),
    });
    const [message] = from;
    if (how !== 'found' || message === undefined) return memory;
    return { ...memory, source: { ...memory.source, messageId: factKey(message, text) } };
  }

  #end(fact: Memory, endedBy: string, at: number): Promise<Fact | null> {
    return this.#change(fact.id, (block) => ({ ...block, until: Math.min(at, Date.now()), endedBy }));
  }

  /** Null: it is gone. */
  async #change(id: string, change: (block: Fact) => Fact): Promise<Fact | null> {
    const { memories } = this.#parts;
    for (let tries = 0; tries < mostTries; tries++) {
      const stored = await memories.get(id);
      if (stored?.kind !== 'fact') return null;
      const block = blockOf(stored);
      const next = { ...change(block), version: block.version + 1 };
      if (await memories.reviseFact(id, next)) return next;
    }
    throw new FatalError('conflict', `Others change the fact ${id} all the time.`);
  }
}

/** What each of them is to what was found now. */
function relationsOf(
  standing: readonly Memory[],
  found: readonly FoundFact[],
  text: string,
  none: boolean,
): Map<Memory, Relation> {
  const relations = new Map<Memory, Relation>();
  if (none) return relations;
  const ranks: Relation[] = ['same', 'newer', 'ends', 'disputed'];
  for (const fact of standing) {
    const known = knownOf(fact);
    const all = new Set(found.map((one) => relate(known, one)));
    if (plainly(fact.content.text) === plainly(text)) all.add('same');
    // Where a text says several things, being the same as one of them is not the same as all.
    if (found.length > 1 && all.size > 1) all.delete('same');
    relations.set(fact, ranks.find((rank) => all.has(rank)) ?? 'other');
  }
  return relations;
}

function isDenial({ polarity, temporal, changed }: FoundFact): boolean {
  return polarity < 0 && temporal === 'now' && !changed;
}

function shortened(from: string[]): string[] {
  const unique = [...new Set(from)];
  return unique.length > mostSources ? [unique[0]!, ...unique.slice(1 - mostSources)] : unique;
}

const refusals: Record<Refusal, string> = {
  secret: notKept,
  payment: notKept,
  health: 'What concerns health is kept only where somebody asks for it',
  denied: 'Its owner has said that it is not so',
  forgotten: 'It was forgotten',
  many: `One person has at most ${mostOfOne} facts in one place: remove some first`,
};

/** Its message is what people read. */
export function refusedFact(refused: Refusal): FatalError {
  return new FatalError('invalid_field', `${refusals[refused]}.`, { field: 'text' });
}
