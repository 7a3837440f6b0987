/** Erasures: shown, confirmed, carried out to their end, watched, and done again in a database that was put back. */
import type { Account, PlatformWide } from '../access/account.js';
import type { Turn } from '../core/turn.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { codeOf } from '../memory/forgetting/found.js';
import { all } from '../store/paging.js';
import type { TypedRecords } from '../store/record.js';
import type { Store } from '../store/store.js';
import { Carrying, type CarryingParts } from './carrying.js';
import { type Erasure, erasureRecord } from './erasure-record.js';
import type { Tombstone, Tombstones } from './tombstones.js';
import { digestsOf, isOf, whomBy } from './whom.js';

const shownMs = 3_600_000;
/** Longer than a turn takes that had begun before. */
const watchedMs = 15 * 60_000;
/** What was ordered so long ago is taken for cut off, in ms; done by two, it is done once. */
const cutOffMs = 60_000;
const lookFirstMs = 1_000;
const lookEveryMs = 15_000;
const mostDue = 20;

export interface ErasuresParts extends CarryingParts {
  store: CarryingParts['store'] & Pick<Store, 'records'>;
  tombstones: Tombstones;
  platformWide: PlatformWide;
  log: Logger;
}

export interface Wanted {
  accounts: readonly Account[];
  /** Of this agent alone. */
  agentId?: string | undefined;
  /** Roles, links, pairings and tokens, too. */
  access: boolean;
}

export interface Shown {
  /** Names it, for `confirm`. */
  code: string;
  counts: Record<string, number>;
}

/** Erasures have codes of their own, so that nobody confirms one for another. */
const codeBegin = 'all';

export class Erasures {
  readonly #parts: ErasuresParts;
  readonly #records: TypedRecords<Erasure>;
  readonly #carrying: Carrying;
  readonly #running = new Map<string, Promise<Record<string, number>>>();
  /** Rooms of those that are watched and were carried out here. */
  readonly #watched = new Map<string, Set<string>>();

  constructor(parts: ErasuresParts) {
    this.#parts = parts;
    this.#records = erasureRecord.in(parts.store.records, parts.log);
    this.#carrying = new Carrying(parts);
    parts.forgetting.onCommitted((turn) => this.#committed(turn));
  }

  /** What would go. */
  async preview({ accounts, agentId, access }: Wanted): Promise<Shown> {
    const at = Date.now();
    const { salt, accounts: digests } = digestsOf(accounts, this.#parts.platformWide);
    const wanted = { accounts: [...accounts], ...(agentId !== undefined && { agentId }), access };
    const counts = await this.#carrying.count({ ...wanted, salt, digests, at });
    const code = codeBegin + codeOf();
    const shown = { state: 'shown' as const, salt, digests, ...wanted, counts, at, lookAt: at + shownMs };
    await this.#records.put(code, shown, 0);
    return { code, counts };
  }

  /** What a preview was of; null: there is none of this code, or it is carried out. */
  async wanted(code: string): Promise<Wanted | null> {
    const found = (await this.#records.get(code))?.value;
    if (!found?.accounts || (found.state === 'shown' && (found.lookAt ?? 0) < Date.now())) return null;
    const { agentId, access } = found;
    return { accounts: found.accounts, ...(agentId !== undefined && { agentId }), access };
  }

  /** Whether it is, or was, about this account, whatever became of it. */
  async isOf(code: string, account: Account): Promise<boolean> {
    const found = (await this.#records.get(code))?.value;
    if (!found) return false;
    const whom = whomBy({ salt: found.salt, accounts: found.digests }, this.#parts.platformWide);
    return whom.is(account, account.userId);
  }

  /**
   * Carries out what was shown; what has come since goes with it. Safe to repeat.
   * @throws FatalError `not_found`
   */
  async confirm(code: string): Promise<Record<string, number>> {
    const now = Date.now();
    const order = await this.#records.change(code, (found) =>
      found?.state === 'shown' && (found.lookAt ?? 0) > now
        ? { ...found, state: 'ordered', at: now, lookAt: now + cutOffMs }
        : undefined,
    );
    if (!order || order.state === 'shown') throw unknownCode();
    return this.#carryOut(code);
  }

  /** What was cut off, what is watched, and what nobody has confirmed. */
  async sweep(): Promise<void> {
    for (const { id, value } of await this.#records.due(Date.now(), mostDue)) {
      const work = async () => {
        if (value.state === 'shown') await this.#records.remove(id);
        else if (value.state === 'ordered') await this.#carryOut(id);
        else if (value.state === 'watched') await this.#look(id);
      };
      await this.#guarded(id, work);
    }
  }

  /**
   * What this folder knows was erased and the database does not: it was put back from before. Call it before anything is
   * served. Then the folder learns of what others have erased.
   * @throws FatalError `config_invalid` for a file that cannot be read
   */
  async takeUp(): Promise<void> {
    const { tombstones, log } = this.#parts;
    for (const { id, ...tombstone } of tombstones.list()) {
      const state = (await this.#records.get(id))?.value.state;
      if (state === 'watched' || state === 'done') continue;
      const { salt, digests, agentId, access, at } = tombstone;
      const order = { salt, digests, ...(agentId !== undefined && { agentId }), access, at };
      // A database from between the preview and its end knows whom, but not that all of it was done.
      await this.#records.change(id, (found) =>
        found && found.state !== 'shown'
          ? undefined
          : { ...found, ...order, state: 'ordered', counts: {}, lookAt: Date.now() + cutOffMs },
      );
      log.warn(
        { erasure: id },
        'an erasure was cut off, or the database is from before it: it is carried out now',
      );
      await this.#carryOut(id);
    }
    const known = await all((page) => this.#records.list(page));
    tombstones.add(known.filter(({ value }) => value.state !== 'shown').map(tombstoneOf));
  }

  #carryOut(id: string): Promise<Record<string, number>> {
    const running = this.#running.get(id) ?? this.#work(id).finally(() => this.#running.delete(id));
    this.#running.set(id, running);
    return running;
  }

  async #work(id: string): Promise<Record<string, number>> {
    const order = (await this.#records.get(id))?.value;
    if (!order) throw unknownCode();
    if (order.state !== 'ordered') return order.counts;
    // First: whatever happens from here on, a database that is put back has it done again.
    this.#parts.tombstones.add([tombstoneOf({ id, value: order })]);
    const { counts, watched } = await this.#carrying.carryOut(order);
    const now = Date.now();
    for (const { roomIds } of watched)
      for (const roomId of roomIds)
        this.#watched.set(roomId, (this.#watched.get(roomId) ?? new Set()).add(id));
    await this.#records.change(id, (found) => {
      if (found?.state !== 'ordered') return undefined;
      const { accounts: _, ...rest } = found;
      // Of one that was begun again, the first counts were shown.
      const shown = Object.keys(found.counts).length > 0 ? found.counts : counts;
      return { ...rest, state: 'watched', counts: shown, watched, lookAt: now + lookFirstMs };
    });
    return counts;
  }

  async #look(id: string): Promise<void> {
    const found = (await this.#records.get(id))?.value;
    if (found?.state !== 'watched') return this.#forgetWatch(id);
    const { salt, digests, watched = [], at } = found;
    const whom = whomBy({ salt, accounts: digests }, this.#parts.platformWide);
    const own = (memory: Parameters<typeof isOf>[0]) => isOf(memory, whom);
    for (const part of watched) await this.#parts.forgetting.lookAfter({ ...part, own, at, whole: true });
    const now = Date.now();
    const isOver = now > at + watchedMs;
    if (isOver) this.#forgetWatch(id);
    await this.#records.change(id, (before) => {
      if (before?.state !== 'watched') return undefined;
      if (!isOver) return { ...before, lookAt: now + lookEveryMs };
      const { watched: _, lookAt: __, ...tombstone } = before;
      return { ...tombstone, state: 'done' };
    });
  }

  async #committed({ roomId }: Turn): Promise<void> {
    for (const id of this.#watched.get(roomId) ?? []) await this.#guarded(id, () => this.#look(id));
  }

  #forgetWatch(id: string): void {
    for (const [roomId, ids] of this.#watched) {
      ids.delete(id);
      if (ids.size === 0) this.#watched.delete(roomId);
    }
  }

  async #guarded(id: string, work: () => Promise<void>): Promise<void> {
    await work().catch((err) =>
      this.#parts.log.warn({ err, erasure: id }, 'an erasure is gone on with later'),
    );
  }
}

function tombstoneOf({ id, value }: { id: string; value: Erasure }): Tombstone {
  const { salt, digests, agentId, access, at } = value;
  return { id, salt, digests, ...(agentId !== undefined && { agentId }), access, at };
}

function unknownCode(): FatalError {
  return new FatalError(
    'not_found',
    'There is no such preview, or it is older than an hour. Look again what would go.',
    { field: 'code' },
  );
}
