/** What follows from how an approval stands: cards, rows of the audit log, its turn going on. All of it can be repeated. */
import type { Agent } from '../core/character.js';
import { newId } from '../core/ids.js';
import type { Decision } from '../core/trigger.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { AuditRow } from '../store/audit-log.js';
import { decide } from '../store/decide.js';
import type { HeldDecisions } from '../store/held-decisions.js';
import type { TypedRecords } from '../store/record.js';
import type { Store } from '../store/store.js';
import {
  type Approval,
  type ApprovalState,
  type AskedCall,
  awaitedIn,
  type Card,
  lookOf,
} from './approval.js';
import type { Review } from './asking.js';
import type { Cards } from './cards.js';
import { digestOf } from './digest.js';

export interface TendingParts {
  store: Pick<Store, 'turns' | 'memories' | 'audit' | 'records'>;
  records: TypedRecords<Approval>;
  held: Pick<HeldDecisions, 'hold'>;
  cards: Cards;
  /** Undefined: it does not run, now. */
  agent(agentId: string): Agent | undefined;
  schedule(roomId: string): Promise<void>;
  /** How long one that is finished is kept, in ms. */
  keptMs(agentId: string): number;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** For whoever changed it to do what follows, before others look, in ms. */
const ownMs = 1000;
/** Until its turn is looked at again, which has not ended yet, in ms. */
const turnMs = 5000;
const batch = 200;
/** Tries to make cards show what others change at the same time. */
const mostLooks = 10;

export class Tending {
  readonly #parts: TendingParts;

  constructor(parts: TendingParts) {
    this.#parts = parts;
  }

  /** When others look, should whoever changes it die now. */
  later(): number {
    return this.#parts.now() + ownMs;
  }

  /** One that is open ends so; another is left as it is. */
  async settle(id: string, state: ApprovalState): Promise<void> {
    const settled = { state, settledAt: this.#parts.now(), lookAt: this.later() };
    const row = newId();
    await this.#parts.records.change(id, (now) =>
      now?.state === 'open' ? { ...now, ...settled, rows: { ...now.rows, settled: row } } : undefined,
    );
  }

  /** One that was approved is denied. */
  async withdraw(id: string, by: string, note: string | undefined): Promise<void> {
    const denied = { state: 'denied', by, settledAt: this.#parts.now(), lookAt: this.later() } as const;
    const row = newId();
    await this.#parts.records.change(id, (found) => {
      if (found?.state !== 'approved') return undefined;
      const { finished: _, ...rest } = found;
      return { ...rest, ...denied, rows: { ...found.rows, settled: row }, ...(note && { note }) };
    });
    await this.tend(id);
  }

  /** Its turn is taken again, and is to go on once it waits: also where it was finished, the turn having failed. */
  async again(id: string): Promise<void> {
    const lookAt = this.later();
    await this.#parts.records.change(id, (found) => {
      if (!found?.finished) return undefined;
      const { finished: _, ...rest } = found;
      return { ...rest, lookAt };
    });
  }

  async sweep(): Promise<void> {
    const due = await this.#parts.records.due(this.#parts.now(), batch);
    await this.tendAll(due.map(({ id }) => id));
  }

  /** One that fails leaves the others alone. */
  async tendAll(ids: readonly string[]): Promise<void> {
    for (const id of ids)
      await this.tend(id).catch((err) =>
        this.#parts.log.warn({ err, id }, 'an approval is left to the next sweep'),
      );
  }

  async tend(id: string): Promise<void> {
    const { records, now } = this.#parts;
    const found = await records.get(id);
    if (!found) return;
    const { value, version } = found;
    if (value.finished) {
      const { settledAt = 0, agentId } = value;
      if (settledAt + this.#parts.keptMs(agentId) <= now()) await records.remove(id, version);
      return;
    }
    if (value.state !== 'open') return this.#finish(value);
    if (value.expiresAt > now()) return this.#announce(value);
    await this.settle(id, 'expired');
    await this.tend(id);
  }

  /** What was found when an approved call was looked at once more. */
  async note(id: string, call: AskedCall, review: Review): Promise<void> {
    const target = { id, turnId: call.turnId, tool: call.tool.key, digest: digestOf(call) };
    const why = review.kind === 'run' ? {} : { why: review.why };
    const outcome = review.kind === 'run' ? 'done' : 'denied';
    await this.#write({
      id: newId(),
      at: Date.now(),
      operation: 'approvals.run',
      outcome,
      target: { ...target, ...why },
    });
  }

  async #announce(approval: Approval): Promise<void> {
    const { records, store, now } = this.#parts;
    const { id, turnId } = approval;
    const turn = await store.turns.get(turnId);
    if (turn && turn.status !== 'waiting') {
      await this.settle(id, 'stopped');
      return this.tend(id);
    }
    if (turn) await this.#writeAsked(approval);
    const shown = turn !== null && (await this.#shows(id));
    const lookAt = shown ? undefined : now() + turnMs;
    await records.change(id, (found) => {
      if (found?.state !== 'open') return undefined;
      const { lookAt: _, ...rest } = found;
      return lookAt === undefined ? rest : { ...rest, lookAt };
    });
  }

  async #finish(approval: Approval): Promise<void> {
    const { records, now } = this.#parts;
    const { id, turnId, agentId, tool, digest, state, by, rows, settledAt = now() } = approval;
    // It may have been decided before it was announced.
    await this.#writeAsked(approval);
    const target = { id, turnId, tool, digest, state, ...(by && { by }) };
    if (rows.settled)
      await this.#write({
        id: rows.settled,
        at: settledAt,
        operation: 'approvals.settle',
        outcome: 'done',
        target,
      });
    const shown = await this.#shows(id);
    const over = await this.#goOn(turnId);
    const keptUntil = settledAt + this.#parts.keptMs(agentId);
    await records.change(id, (found) => {
      if (!found || found.finished) return undefined;
      if (shown && over) return { ...found, finished: true, lookAt: keptUntil };
      return { ...found, lookAt: now() + turnMs };
    });
  }

  /** Whether all cards show how it stands. */
  async #shows(id: string): Promise<boolean> {
    try {
      await this.#show(id);
      return true;
    } catch (err) {
      this.#parts.log.warn({ err, id }, 'a card cannot show yet how its approval stands');
      return false;
    }
  }

  /** All cards show how it stands, also where others change it meanwhile. */
  async #show(id: string): Promise<void> {
    const { records, cards } = this.#parts;
    for (let looks = 0; looks < mostLooks; looks++) {
      const found = await records.get(id);
      if (!found) return;
      const { value } = found;
      const look = lookOf(value);
      const stale = value.cards.filter(({ shows }) => shows !== look);
      if (stale.length === 0) return;
      const tried = await Promise.allSettled(
        stale.map((card) => cards.show(value, card, looks > 0 ? card.shows : undefined)),
      );
      const shown = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await records.change(id, (now) => {
        if (!now) return undefined;
        const card = (one: Card) => shown.find(({ room }) => room === one.room) ?? one;
        return { ...now, cards: now.cards.map(card) };
      });
      const failed = tried.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    }
  }

  /** The turn goes on once none of its calls is open; false: it has not ended yet, so it cannot. */
  async #goOn(turnId: string): Promise<boolean> {
    const { store, records, held, schedule, log } = this.#parts;
    const turn = await store.turns.get(turnId);
    if (!turn) return false;
    if (turn.status !== 'waiting') return true;
    const actions = turn.steps.flatMap((step) => step.actions);
    const awaited = actions.filter(({ state }) => state === 'awaiting');
    const approvals = await Promise.all(awaitedIn(turn.steps).map((id) => records.get(id)));
    if (approvals.some((one) => one?.value.state === 'open')) return true;
    const found = new Map(approvals.flatMap((one) => (one ? [[one.id, one.value] as const] : [])));
    const calls = awaited.map(({ callId, approval }) => {
      const settled = approval === undefined ? undefined : found.get(approval);
      return [callId, settled ? decidedBy(settled) : lost] as const;
    });
    const decision = together(Object.fromEntries(calls));
    try {
      if (await held.hold(turnId, decision)) return true;
      await schedule(await decide(store, turnId, decision));
    } catch (err) {
      // It was called off, or forgotten.
      if (!(err instanceof FatalError)) throw err;
      log.debug({ err, turnId }, 'nothing is left to go on with');
    }
    return true;
  }

  async #writeAsked({ id, turnId, tool, digest, rule, rows, askedAt: at }: Approval): Promise<void> {
    const target = { id, turnId, tool, digest, rule };
    await this.#write({ id: rows.asked, at, operation: 'approvals.ask', outcome: 'done', target });
  }

  /** What was done is done: that it could not be written down is told in the log. */
  async #write(row: Omit<AuditRow, 'principal'>): Promise<void> {
    const principal = { kind: 'system', name: 'the hub' } as const;
    await this.#parts.store.audit
      .append({ ...row, principal })
      .catch((err: unknown) => this.#parts.log.error({ err, row }, 'an approval could not be written down'));
  }
}

const lost = { approve: false, note: 'The record of this approval is gone.' } as const;

function decidedBy({ state, by, note }: Approval): NonNullable<Decision['calls']>[string] {
  if (state === 'approved') return { approve: true, ...(by && { by: cut(by) }) };
  if (state === 'expired') return { approve: false, expired: true };
  const why = state === 'stopped' ? 'It was called off.' : note;
  return { approve: false, ...(by && { by: cut(by) }), ...(why && { note: why }) };
}

/** For hubs that know decisions about whole turns alone, one that denies a call denies all. */
function together(calls: NonNullable<Decision['calls']>): Decision {
  const all = Object.values(calls);
  const approve = all.every((one) => one.approve);
  const [first = lost] = approve ? all : all.filter((one) => !one.approve);
  return { ...first, approve, calls } as Decision;
}

function cut(by: string): string {
  return by.slice(0, 512);
}
