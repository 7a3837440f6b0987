/** Carries out an erasure: turns first, memories with what was made of them then, and what is kept in notes and records. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformWide } from '../access/account.js';
import { tokenId } from '../access/issued-token.js';
import type { People } from '../access/people.js';
import type { Switches } from '../access/switches.js';
import type { Tokens } from '../access/tokens.js';
import type { EventBus } from '../bus/bus.js';
import { stopTopic } from '../core/events.js';
import type { Memory } from '../core/memory.js';
import { turnIdOf } from '../core/turn.js';
import { countEverything } from '../memory/forgetting/everything.js';
import type { Forgetting } from '../memory/forgetting/forgetting.js';
import { forgottenText } from '../memory/forgetting/forgotten-words.js';
import { noCounts } from '../memory/forgetting/order.js';
import type { Documents } from '../memory/knowledge/documents.js';
import { each } from '../store/paging.js';
import type { Store } from '../store/store.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { Erasure, WatchedPart } from './erasure-record.js';
import { type HeldBy, type HeldNote, type HeldRecord, notesOf, recordsOf } from './held.js';
import type { Known } from './holdings.js';
import { knownOf } from './known.js';
import { type Spoken, saidBy, spokenBy } from './spoken.js';
import { isOf, type Whom, whomBy, whomOf } from './whom.js';

export interface CarryingParts {
  store: Pick<Store, 'memories' | 'turns' | 'notes' | 'records'>;
  forgetting: Pick<Forgetting, 'takeEverything' | 'lookAfter' | 'remove' | 'onCommitted'>;
  documents: Pick<Documents, 'remove'>;
  people: Pick<People, 'unlink'>;
  switches: Pick<Switches, 'resume'>;
  tokens: Pick<Tokens, 'revoke'>;
  heldRooms: Pick<HeldRooms, 'changed'>;
  bus: Pick<EventBus, 'publish'>;
  platformWide: PlatformWide;
}

export type Order = Pick<Erasure, 'accounts' | 'salt' | 'digests' | 'agentId' | 'access' | 'at'>;

/** So long turns that were called off are waited for, in ms; what ends later is looked at when it does. */
const stoppingMs = 1_500;
const lookMs = 25;
/** Removed at once. */
const batch = 200;
/** Of keyed words in a record, as JSON. */
const mostWordsBytes = 400_000;
const mostTries = 20;

export class Carrying {
  readonly #parts: CarryingParts;

  constructor(parts: CarryingParts) {
    this.#parts = parts;
  }

  /** How much would go, by sort. */
  async count(order: Order): Promise<Record<string, number>> {
    const { spoken, known, by } = await this.#find(order);
    const counts: Record<string, number> = { ...noCounts };
    for (const place of spoken.places) add(counts, await countEverything(this.#parts.store, place, order.at));
    for await (const held of notesOf(this.#parts.store, known, by)) count(counts, held);
    for await (const held of recordsOf(this.#parts.store, known, by)) count(counts, held);
    return counts;
  }

  /** May be repeated: it does what is left. */
  async carryOut(order: Order): Promise<{ counts: Record<string, number>; watched: WatchedPart[] }> {
    const { spoken, known, by } = await this.#find(order);
    const { store, forgetting } = this.#parts;
    await this.#stopTurns(spoken.waiting, known.whom);
    const counts: Record<string, number> = { ...noCounts };
    const watched = new Map<string, WatchedPart>();
    for (const place of spoken.places) {
      const taken = await forgetting.takeEverything(place, { before: order.at, called: spoken.called });
      add(counts, taken.counts);
      const { roomIds, words } = taken;
      watch(watched, { agentId: place.agentId, scope: place.scope, roomIds, words: { ...words } });
    }
    await this.#clearRooms(spoken.direct, order.at);
    // What is archived stands in no scope.
    counts.messages! += await this.#takeRest(order, known.whom);
    for await (const held of notesOf(store, known, by)) {
      count(counts, held);
      await this.#takeNote(held);
    }
    let holds = 0;
    for await (const held of recordsOf(store, known, by)) {
      if (held.sort === 'room-hold') holds++;
      // Reminders are counted with what they were said in.
      count(counts, held);
      await this.#takeRecord(held, known);
    }
    // Else the agent would stay silent in a room that nobody has any more.
    if (holds > 0) await this.#parts.heldRooms.changed();
    // Tells all processes that what they know of people is to be looked up anew.
    if (by.access) for (const account of spoken.accounts) await this.#parts.people.unlink(account);
    return { counts, watched: [...watched.values()] };
  }

  async #find(order: Order): Promise<{ spoken: Spoken; known: Known; by: HeldBy }> {
    const { memories } = this.#parts.store;
    const { platformWide } = this.#parts;
    const { accounts, salt, digests, agentId, access, at } = order;
    const whom = accounts
      ? whomOf(accounts, platformWide)
      : whomBy({ salt, accounts: digests }, platformWide);
    const spoken = await spokenBy(memories, whom, agentId);
    const known = await knownOf(spoken, memories, platformWide);
    // Those of whom nothing was said are known by their digests still.
    return {
      spoken,
      known: accounts ? known : { ...known, whom: { ...whom, accounts: spoken.accounts } },
      by: { before: at, agentId, access: access && agentId === undefined },
    };
  }

  /** They would answer what is not there any more. */
  async #stopTurns(roomIds: readonly string[], whom: Whom): Promise<void> {
    const { store, bus } = this.#parts;
    const running = await Promise.all(
      roomIds.map(async (roomId) => {
        const { messages, checkpoint } = await store.turns.claim(roomId, 1);
        const [first] = messages;
        if (!first || !isOf(first, whom)) return [];
        const turnId = checkpoint?.turnId ?? turnIdOf(first);
        bus.publish(stopTopic, { type: 'turn.stop', turnId, roomId });
        return [turnId];
      }),
    );
    const until = performance.now() + stoppingMs;
    const left = new Set(running.flat());
    while (left.size > 0 && performance.now() < until) {
      for (const turnId of left) if (await store.turns.get(turnId)) left.delete(turnId);
      if (left.size > 0) await sleep(lookMs);
    }
  }

  /** Notices are turns without a memory. */
  async #clearRooms(roomIds: readonly string[], before: number): Promise<void> {
    const { turns } = this.#parts.store;
    for (const roomId of roomIds)
      for await (const { turnId, finishedAt, error } of each((page) => turns.list({ ...page, roomId }))) {
        if (finishedAt > before) continue;
        const left = error && { error: { code: error.code, message: forgottenText } };
        await turns.edit(turnId, { steps: [], receipt: null, ...left });
      }
  }

  async #takeRest({ at, agentId }: Order, whom: Whom): Promise<number> {
    const rest: Memory[] = [];
    for await (const memory of saidBy(this.#parts.store.memories, whom, agentId))
      if (memory.createdAt <= at) rest.push(memory);
    const replies = await this.#repliesTo(rest, agentId);
    const gone = [...replies, ...rest];
    for (let from = 0; from < gone.length; from += batch)
      await this.#parts.forgetting.remove(gone.slice(from, from + batch));
    return rest.length;
  }

  async #repliesTo(said: readonly Memory[], agentId?: string): Promise<Memory[]> {
    if (said.length === 0) return [];
    const ids = new Set(said.map(({ id }) => id));
    const found: Memory[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.memories.ofPerson(
        { agentId },
        { limit: 500, ...(cursor !== undefined && { cursor }) },
      );
      found.push(...page.items.filter(({ content }) => ids.has(content.replyTo ?? '')));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return found.filter(({ role }) => role === 'assistant');
  }

  async #takeNote({ sort, holding, key, value, left }: HeldNote): Promise<void> {
    const { notes } = this.#parts.store;
    // biome-ignore lint/suspicious/noExplicitAny: as it lies there
    const of = value as any;
    if (left !== undefined) {
      const ttlMs = holding.leftMs?.(of, Date.now());
      await notes.put(key, left, ttlMs === undefined ? {} : { ttlMs });
    } else if (sort === 'issued-token') await this.#parts.tokens.revoke(tokenId(of.hash));
    else if (sort === 'pause') await this.#parts.switches.resume(of.what, of.where);
    else await notes.take(key);
  }

  async #takeRecord({ sort, holding, record, left }: HeldRecord, known: Known): Promise<void> {
    const { records, turns } = this.#parts.store;
    const { kind, id } = record;
    if (left === undefined) {
      if (sort === 'document') await this.#parts.documents.remove(id);
      else {
        // biome-ignore lint/suspicious/noExplicitAny: as it lies there
        if (sort === 'approval') await turns.stopWaiting((record.value as any).turnId);
        await records.remove(kind, id);
      }
      return;
    }
    let now: typeof record | null = record;
    for (let tries = 0; now && tries < mostTries; tries++) {
      const { version, ...stored } = now;
      const value = holding.without?.(stored.value, known);
      if (value === undefined || (await records.put({ ...stored, value }, version))) return;
      now = await records.get(kind, id);
    }
  }
}

function add(counts: Record<string, number>, more: Record<string, number>): void {
  for (const [sort, number] of Object.entries(more)) counts[sort] = (counts[sort] ?? 0) + number;
}

/** Of what is another's nothing goes but a name. */
function count(counts: Record<string, number>, { sort, left }: { sort: string; left?: unknown }): void {
  const counted = countedAs[sort];
  if (left === undefined && counted !== undefined) add(counts, { [counted]: 1 });
}

/** As people read it; what is not here goes without being told. */
const countedAs: Record<string, string> = {
  ...{ approval: 'approvals', task: 'tasks', document: 'documents', feedback: 'reactions' },
  ...{ account: 'links', grant: 'roles', pairing: 'pairings', 'issued-token': 'tokens' },
};

function watch(
  parts: Map<string, WatchedPart>,
  { agentId, scope, roomIds, words }: Pick<WatchedPart, 'agentId' | 'roomIds' | 'words'> & { scope: string },
): void {
  const before = parts.get(agentId) ?? { agentId, roomIds: [], scopes: [], words: { texts: [], marks: [] } };
  const fits = JSON.stringify([before.words, words]).length < mostWordsBytes;
  parts.set(agentId, {
    agentId,
    roomIds: [...new Set([...before.roomIds, ...roomIds])],
    scopes: [...new Set([...before.scopes, scope])],
    words: fits
      ? {
          texts: [...before.words.texts, ...words.texts],
          marks: [...before.words.marks, ...words.marks],
        }
      : before.words,
  });
}
