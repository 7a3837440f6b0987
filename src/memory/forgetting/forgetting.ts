/**
 * Forgetting: what somebody wants forgotten is traced, shown, confirmed, and taken away with all that was made of it.
 * The order to do so is a record that holds ids and no words: it is carried out to its end, whoever dies meanwhile.
 */
import type { Memory } from '../../core/memory.js';
import type { Turn } from '../../core/turn.js';
import type { Logger } from '../../logger.js';
import type { Forgotten } from '../../store/forgotten.js';
import { all } from '../../store/paging.js';
import type { TypedRecords } from '../../store/record.js';
import type { Store } from '../../store/store.js';
import { schedulesOf } from './elsewhere.js';
import { type Everything, type Taken, takeEverything } from './everything.js';
import { codeOf, digestOf, type Found, filesOf, isNothing, ordered, orderOf, roomsOf } from './found.js';
import { type Counts, groupOf, noCounts, type Order, orderRecord } from './order.js';
import { type Preview, samplesOf, whyNothing } from './preview.js';
import { removeFound, takeAway } from './taking-away.js';
import { goneOf, saysSo, traceOf } from './trace.js';
import { lookAfter, type Watched } from './watch.js';
import { isOwn, scopesOf, type Whose, whoseIs } from './whose.js';
import { reachOf, type Wish, wished } from './wish.js';

const shownMs = 60 * 60 * 1000;
/** Longer than a turn takes that had begun before. */
const watchedMs = 15 * 60 * 1000;
const lookEveryMs = 30_000;
/** So long a command that confirmed it may be told again. */
const knownMs = 48 * 60 * 60 * 1000;
const mostDue = 20;

export interface ForgettingParts {
  store: Pick<Store, 'memories' | 'turns' | 'outbox' | 'notes' | 'records'>;
  forgotten: Pick<Forgotten, 'note' | 'keyOf'>;
  log: Logger;
}

/** Told in which rooms what was forgotten, or changed: what was made of it goes, or is made anew. May be told twice. */
export type Follower = (rooms: readonly string[], ids: readonly string[]) => Promise<unknown>;

export class Forgetting {
  readonly #parts: ForgettingParts;
  readonly #orders: TypedRecords<Order>;
  /** Rooms of which something was forgotten here a moment ago. */
  readonly #watched = new Map<string, Set<string>>();
  readonly #followers: Follower[] = [];
  readonly #listeners: ((turn: Turn) => Promise<void>)[] = [];

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
    this.#orders = orderRecord.in(parts.store.records, parts.log);
  }

  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** Told of every turn, as `committed` is; never rejects. */
  onCommitted(listener: (turn: Turn) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** What would go; `code` names it, for `confirm`. */
  async preview(whose: Whose, wish: Wish, before = Date.now()): Promise<Preview> {
    const found = await this.#find(whose, wish, before);
    const { counts } = found;
    if (isNothing(found)) {
      const why = await whyNothing(this.#parts.store, whose, wish);
      return { code: null, counts, samples: [], why };
    }
    const code = codeOf();
    const order = orderOf(whose, wish, found, before);
    await this.#orders.put(code, { ...order, lookAt: order.at + shownMs }, 0);
    return { code, counts, samples: samplesOf(found.traces.map(({ trace }) => trace)), why: null };
  }

  /**
   * Carries out what was shown. Null: there is no such preview of theirs any more. Where something else would go by now,
   * nothing is forgotten, and that is shown: `outdated`.
   * @param givenAt by which it is known that this is told again (Unix ms)
   */
  async confirm(code: string, givenAt = Date.now()): Promise<Counts | { outdated: Preview } | null> {
    const known = await this.#orders.get(code);
    if (!known) return null;
    const { value } = known;
    if (value.state !== 'shown') {
      await this.#carryOut(code);
      return value.counts;
    }
    const { whose, wish } = value;
    const now = Date.now();
    const found = await this.#find(whose, wish, now);
    if (found.digest !== value.digest) {
      await this.#orders.remove(code);
      return { outdated: await this.preview(whose, wish) };
    }
    // As of now: what was shown then is what goes.
    const order = { ...ordered(orderOf(whose, wish, found, now), found), confirmedAt: givenAt };
    await this.#orders.change(code, (before) => (before?.state === 'shown' ? order : undefined));
    await this.#carryOut(code, found.traces);
    return found.counts;
  }

  /** Whose memories a code is about; null: nothing was shown under it, or too long ago. */
  async whoseIs(code: string): Promise<Whose | null> {
    return (await this.#orders.get(code))?.value.whose ?? null;
  }

  /** The code of what was confirmed at this time, or else of what was shown last; null: nothing was. */
  async lastShown(whose: Whose, givenAt: number): Promise<string | null> {
    const theirs = await all((page) => this.#orders.list({ ...page, group: groupOf(whose) }));
    const here = theirs.filter(({ value }) => value.whose.scope === whose.scope);
    const again = here.find(({ value }) => value.confirmedAt === givenAt);
    if (again) return again.id;
    const shown = here.filter(({ value }) => value.state === 'shown');
    return shown.sort((one, other) => other.value.at - one.value.at)[0]?.id ?? null;
  }

  /** At once, for whoever has asked by other means. */
  async forget(whose: Whose, wish: Wish, before = Date.now()): Promise<Counts> {
    const found = await this.#find(whose, wish, before);
    if (isNothing(found)) return found.counts;
    const code = codeOf();
    await this.#orders.put(code, ordered(orderOf(whose, wish, found, before), found), 0);
    await this.#carryOut(code, found.traces);
    return found.counts;
  }

  /** These, and what was said of them elsewhere, as others have found them. Returns how many went. */
  async remove(found: readonly Memory[]): Promise<number> {
    const gone = await removeFound(this.#parts, found);
    await this.#tell(
      roomsOf(found),
      found.map(({ id }) => id),
    );
    return gone;
  }

  /** See `everything.ts`; the caller watches what comes after. */
  async takeEverything(whose: Whose & { scope: string }, what: Everything): Promise<Taken> {
    const taken = await takeEverything(this.#parts, whose, what);
    await this.#tell(taken.roomIds, taken.ids);
    return taken;
  }

  /** What comes after it of turns that had begun before; may be repeated. */
  lookAfter(watched: Watched): Promise<void> {
    return lookAfter(this.#parts.store, watched, (word) => this.#parts.forgotten.keyOf(word));
  }

  /** A message that was deleted where it was said, with all that was made of it. False: it is gone already. */
  async deleted(memory: Memory): Promise<boolean> {
    const { memories } = this.#parts.store;
    // What the agent said is taken down alone.
    if (memory.role !== 'user') return (await memories.forget([memory.id])) > 0;
    const whose = whoseIs(memory);
    const here = await this.#scope(whose.agentId, whose.scope);
    const asked = here.find(({ id }) => id === memory.id);
    if (!asked) return false;
    const trace = traceOf([asked], here, { whose, reach: 'one' });
    await takeAway(this.#parts, trace, whose);
    await this.#tell(
      [memory.roomId],
      goneOf(trace).map(({ id }) => id),
    );
    return true;
  }

  /** A message has another text: what was learnt of the one before goes, unless the new one says so, too. */
  async edited(before: Memory, text: string): Promise<void> {
    const whose = whoseIs(before);
    const here = await this.#scope(whose.agentId, whose.scope);
    const { facts, summaries } = traceOf([before], here, { whose, reach: 'one' });
    const left = facts.filter((fact) => !saysSo(text, fact));
    const ids = [...left, ...summaries].map(({ id }) => id);
    if (ids.length > 0) await this.#parts.store.memories.forget(ids);
    await this.#tell([before.roomId], [before.id, ...ids]);
  }

  /** Call after every turn: one that had begun before something was forgotten may hold it. Never rejects. */
  async committed(turn: Turn): Promise<void> {
    const { roomId } = turn;
    await Promise.all(this.#listeners.map((listener) => listener(turn)));
    for (const code of this.#watched.get(roomId) ?? []) await this.#guarded(code, () => this.#look(code));
  }

  /** What was cut off, what is watched, and what nobody has confirmed. */
  async sweep(): Promise<void> {
    for (const { id } of await this.#orders.due(Date.now(), mostDue))
      await this.#guarded(id, async () => {
        const state = (await this.#orders.get(id))?.value.state;
        if (state === 'shown') await this.#orders.remove(id);
        else if (state === 'ordered') await this.#carryOut(id);
        else if (state === 'watched') await this.#look(id);
      });
  }

  /** Tried again by the next sweep. */
  async #guarded(code: string, work: () => Promise<void>): Promise<void> {
    await work().catch((err) =>
      this.#parts.log.warn({ err, order: code }, 'what is forgotten is looked at later'),
    );
  }

  async #find(whose: Whose, wish: Wish, before: number): Promise<Found> {
    const { memories } = this.#parts.store;
    const traces: Found['traces'] = [];
    for (const scope of await scopesOf(whose, memories)) {
      const here = await this.#scope(whose.agentId, scope);
      const within = { ...whose, scope };
      const asked = wished(here, wish, within, before);
      const topic = wish.what === 'topic' || wish.what === 'memories' ? wish.words : undefined;
      if (asked.length > 0)
        traces.push({
          whose: within,
          trace: traceOf(asked, here, { whose: within, reach: reachOf(wish), topic }),
        });
    }
    const counts = { ...noCounts };
    for (const { whose, trace } of traces) {
      for (const kind of ['messages', 'replies', 'facts', 'summaries', 'chunks', 'masked'] as const)
        counts[kind] += trace[kind].length;
      counts.files += filesOf(trace).size;
      const what = { words: trace.words, whose, everything: wish.what === 'everything' };
      const scopes = new Set([whose.scope]);
      counts.schedules += (await schedulesOf(this.#parts.store, { ...what, scopes })).length;
    }
    const gone = traces.flatMap(({ trace }) => [
      ...goneOf(trace),
      ...trace.masked.map(({ memory }) => memory),
    ]);
    return { traces, counts, digest: digestOf(gone), roomIds: roomsOf(gone) };
  }

  /**
   * Repeated, it does what is left.
   * @param traces as they were found just now; absent: they are found anew, without words of a topic
   */
  async #carryOut(code: string, traces?: Found['traces']): Promise<void> {
    const order = (await this.#orders.get(code))?.value;
    if (order?.state !== 'ordered') return;
    const { whose, wish, reach, before, roomIds, scopes } = order;
    const keyed: NonNullable<Order['words']> = { texts: [], marks: [] };
    const derived = new Set(order.derived);
    for (const scope of scopes) {
      const within = { ...whose, scope };
      const here = await this.#scope(whose.agentId, scope);
      const found = traces?.find((one) => one.whose.scope === scope)?.trace;
      const trace = found ?? traceOf(wished(here, wish, within, before), here, { whose: within, reach });
      const words = trace.words.keyed((word) => this.#parts.forgotten.keyOf(word));
      keyed.texts.push(...words.texts);
      keyed.marks.push(...words.marks);
      const known = here.filter(({ id }) => derived.has(id)).map(({ id }) => id);
      await takeAway(this.#parts, trace, within, { everything: wish.what === 'everything', known });
    }
    await this.#tell(roomIds, [...(wish.what === 'memories' ? wish.ids : []), ...derived]);
    const at = Date.now();
    for (const roomId of roomIds)
      this.#watched.set(roomId, (this.#watched.get(roomId) ?? new Set()).add(code));
    const watched = { state: 'watched' as const, words: keyed, derived: [], at, lookAt: at + lookEveryMs };
    await this.#orders.change(code, (order) =>
      order?.state === 'ordered' ? { ...order, ...watched } : undefined,
    );
  }

  async #look(code: string): Promise<void> {
    const order = (await this.#orders.get(code))?.value;
    if (order?.state !== 'watched') return this.#forgetWatch(code);
    const now = Date.now();
    const { whose, words, roomIds, scopes, at } = order;
    const { agentId } = whose;
    const own = (memory: Memory) => isOwn(memory, whose);
    if (words) await this.lookAfter({ agentId, own, words, roomIds, scopes, at });
    const isOver = now > order.at + watchedMs;
    if (isOver) this.#forgetWatch(code);
    if (now > order.at + knownMs) await this.#orders.remove(code);
    else if (isOver) await this.#change(code, { words: undefined, lookAt: order.at + knownMs });
    else await this.#change(code, { lookAt: now + lookEveryMs });
  }

  #change(code: string, change: Partial<Order>): Promise<unknown> {
    return this.#orders.change(code, (order) => (order ? { ...order, ...change } : undefined));
  }

  #forgetWatch(code: string): void {
    for (const [roomId, codes] of this.#watched) {
      codes.delete(code);
      if (codes.size === 0) this.#watched.delete(roomId);
    }
  }

  async #tell(rooms: readonly string[], ids: readonly string[]): Promise<void> {
    for (const follow of this.#followers) await follow(rooms, ids);
  }

  #scope(agentId: string, scope: string): Promise<Memory[]> {
    return all((page) => this.#parts.store.memories.inScope(agentId, scope, page));
  }
}
