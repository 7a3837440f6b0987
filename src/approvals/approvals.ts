/** Approvals from the asking to the end: each change is one compare-and-set of one record, and what follows from it can be repeated. */
import type { Principal } from '../access/principal.js';
import { isAtLeast, lowerOf, type Role } from '../access/role.js';
import { newId } from '../core/ids.js';
import { isDirect } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import { FatalError } from '../errors.js';
import { askedBy } from '../store/decide.js';
import { all, type Page, type PageRequest } from '../store/paging.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import {
  type Approval,
  type ApprovalState,
  type AskedCall,
  approvalId,
  approvalRecord,
  awaitedIn,
  placesOf,
  type Voter,
} from './approval.js';
import type { Asking, Review } from './asking.js';
import { whyNotApprovable } from './card.js';
import { cardPlaces } from './cards.js';
import { type Deciders, roleOf, voterOf } from './deciders.js';
import { canonical, digestOf, partsOf } from './digest.js';
import { reviewed } from './review.js';
import { Tending, type TendingParts } from './tending.js';
import { waitingText } from './waiting.js';

export interface ApprovalsParts extends Omit<TendingParts, 'records' | 'deciders'> {
  store: TendingParts['store'];
  deciders: Deciders;
  /** How long a call waits where its terms do not say, in ms. */
  waitMs: number;
}

const hourMs = 3_600_000;
/** So long after the last of its calls a turn itself would expire, for hubs that know no approvals. */
const graceMs = 60_000;

/** What somebody decides. */
export interface Deciding {
  approve: boolean;
  /** Why not; the model reads it. */
  note?: string | undefined;
}

export class Approvals implements Asking {
  readonly #parts: ApprovalsParts;
  readonly #records: TypedRecords<Approval>;
  readonly #tending: Tending;

  constructor(parts: ApprovalsParts) {
    this.#parts = parts;
    this.#records = approvalRecord.in(parts.store.records, parts.log);
    this.#tending = new Tending({ ...parts, records: this.#records });
  }

  async open(call: AskedCall): Promise<void> {
    const id = approvalId(call);
    const before = await this.#records.get(id);
    if (before && before.value.state !== 'stopped') return this.#tending.again(id);
    const { turnId, step, callId, agentId, message, tool, terms, rule, reason, taint } = call;
    const { source, author, roomId, scope, asker } = message;
    const askedAt = this.#parts.now();
    const token = asker?.token?.id ?? asker?.token?.name;
    const place = { agentId, source, direct: isDirect(scope) ?? false };
    const { connector, tenant } = source;
    const accounts = await this.#parts.deciders.linkedWith({ connector, tenant, userId: author.id });
    const operatorsRoom = this.#parts.agent(agentId)?.character.operatorsRoom;
    const { hours, ...kept } = terms;
    const approval: Approval = {
      ...{ id, ...place, roomId, turnId, step, callId, tool: tool.key, name: tool.name },
      asked: [...call.asked],
      ...{ arguments: canonical(call.arguments), digest: digestOf(call), parts: partsOf(call) },
      requester: {
        id: author.id,
        ...(author.name && { name: author.name }),
        ...(token !== undefined && { token }),
        ...(accounts && { accounts }),
      },
      ...{ rule, terms: { ...kept, role: atLeastMember(kept.role) }, rows: { asked: newId() } },
      ...(reason && { reason }),
      ...(taint && taint.length > 0 && { taint: [...taint] }),
      ...{ state: 'open', votes: [], cards: cardPlaces(place, terms.where, operatorsRoom), askedAt },
      expiresAt: askedAt + (hours === undefined ? this.#parts.waitMs : hours * hourMs),
      lookAt: this.#tending.later(),
    };
    // Called off with a turn that failed, it is asked for once more when that is run again.
    await this.#records.put(id, approval, before?.version ?? 0);
  }

  async review(id: string, call: AskedCall): Promise<Review> {
    const found = await this.#records.get(id);
    const review = found
      ? await reviewed(found.value, call, this.#parts.deciders)
      : ({ kind: 'again', why: 'there is no record of its approval' } as const);
    await this.#tending.note(id, call, review);
    // Whoever knows of no approvals has decided about its turn.
    if (found?.value.state === 'open') await this.#settle(id, 'stopped');
    return review;
  }

  async notice(ids: readonly string[]): Promise<{ text: string; until: number }> {
    const asked = await this.#all(ids);
    const ends = asked.map(({ expiresAt }) => expiresAt);
    return { text: waitingText(asked), until: Math.max(this.#parts.now(), ...ends) + graceMs };
  }

  async waits(ids: readonly string[]): Promise<void> {
    await this.#tending.tendAll(ids);
  }

  async get(id: string): Promise<Approval | null> {
    return (await this.#records.get(id))?.value ?? null;
  }

  list(page: PageRequest & { group?: string }): Promise<Page<Versioned<Approval>>> {
    return this.#records.list(page);
  }

  /** What a turn waits for; empty: an older hub left it waiting, or it waits for nothing. */
  ofTurn({ steps }: Pick<Turn, 'steps'>): Promise<Approval[]> {
    return this.#all(awaitedIn(steps));
  }

  /**
   * One person's decision. The same one again changes nothing.
   * @param name as the audit log names whoever decides
   * @throws FatalError `not_found`, `permission_denied` with the reason, `approval_settled`
   */
  async decide(id: string, deciding: Deciding, principal: Principal, name: string): Promise<Approval> {
    const voter = voterOf(principal, name);
    for (;;) {
      const found = await this.#records.get(id);
      if (!found) throw new FatalError('not_found', 'There is no such approval.', { field: 'id' });
      const { value, version } = found;
      if (value.state === 'open' && value.expiresAt <= this.#parts.now()) {
        await this.#settle(id, 'expired');
        continue;
      }
      await this.require(value, principal, name);
      if (value.state === 'open' && (await this.#isOver(value))) {
        await this.#settle(id, 'stopped');
        continue;
      }
      if (value.state !== 'open') return sameOrThrow(value, deciding);
      if (deciding.approve && (await this.#hasVoted(value, voter))) return value;
      const decided = await this.#with(value, deciding, voter);
      if (!(await this.#records.put(id, decided, version))) continue;
      // It is decided. What follows from it is found by the sweeper, too.
      await this.#tending.tend(id).catch((err) => this.#parts.log.warn({ err, id }, 'left to the sweeper'));
      return (await this.get(id)) ?? decided;
    }
  }

  /** So many people must approve it besides those who have. */
  async missing({ state, terms, votes }: Approval): Promise<number> {
    return state === 'open' ? Math.max(0, terms.people - (await this.#parts.deciders.count(votes))) : 0;
  }

  /** @throws FatalError `permission_denied`: why they may not decide about it */
  async require(approval: Approval, principal: Principal, name: string): Promise<void> {
    const { terms } = approval;
    const voter = voterOf(principal, name);
    const role = roleOf(principal, placesOf(approval));
    if (!isAtLeast(role, terms.role))
      throw refused(
        `${withArticle(terms.role)} of this agent decides about ${approval.id}. You are ${withArticle(role).toLowerCase()} here.`,
      );
    if (terms.fourEyes && (await this.#parts.deciders.isRequester(approval, voter)))
      throw refused(`${approval.id} was asked for in your name: somebody else decides about it.`);
  }

  /** Whoever may decide about its turn has denied it after all, before it went on. Call once that is decided. */
  async withdrawn(approved: readonly Approval[], by: string, note: string | undefined): Promise<void> {
    for (const { id } of approved) await this.#tending.withdraw(id, by, note);
  }

  /** The turn was called off. */
  async stopped(turn: Pick<Turn, 'steps'>): Promise<void> {
    for (const id of awaitedIn(turn.steps)) await this.#settle(id, 'stopped');
  }

  /** Call when something of these rooms was forgotten: of calls whose questions are gone nothing is left but how they ended. */
  async forgotten(roomIds: readonly string[]): Promise<void> {
    const { turns, memories } = this.#parts.store;
    for (const roomId of new Set(roomIds)) {
      for (const { id, value } of await all((page) => this.#records.list({ ...page, group: roomId }))) {
        const left =
          value.arguments === null ? [] : await Promise.all(value.asked.map((one) => memories.get(one)));
        if (value.arguments === null || left.some((one) => one !== null)) continue;
        const lookAt = this.#tending.later();
        await this.#records.change(id, (now) => (now ? { ...emptied(now), lookAt } : undefined));
        await turns.stopWaiting(value.turnId);
        await this.#settle(id, 'stopped');
      }
    }
  }

  /** One sweep: what expired, what was cut off, what was kept long enough. */
  sweep(): Promise<void> {
    return this.#tending.sweep();
  }

  /** Whether there is nothing to decide: its turn was called off elsewhere, or what it answers was forgotten. */
  async #isOver({ turnId }: Approval): Promise<boolean> {
    const { turns, memories } = this.#parts.store;
    const turn = await turns.get(turnId);
    if (turn?.status !== 'waiting') return turn !== null;
    if ((await askedBy({ turns, memories }, turn)).length > 0) return false;
    return turns.stopWaiting(turnId);
  }

  async #settle(id: string, state: ApprovalState): Promise<void> {
    await this.#tending.settle(id, state);
    await this.#tending.tend(id);
  }

  async #all(ids: readonly string[]): Promise<Approval[]> {
    const found = await Promise.all(ids.map((id) => this.#records.get(id)));
    return found.flatMap((record) => (record ? [record.value] : []));
  }

  async #hasVoted({ votes }: Approval, voter: Voter): Promise<boolean> {
    return (
      (await this.#parts.deciders.count([...votes, voter])) === (await this.#parts.deciders.count(votes))
    );
  }

  async #with(approval: Approval, { approve, note }: Deciding, voter: Voter): Promise<Approval> {
    const now = this.#parts.now();
    const lookAt = this.#tending.later();
    const settled = { settledAt: now, rows: { ...approval.rows, settled: newId() } };
    if (!approve)
      return {
        ...approval,
        ...settled,
        ...{ state: 'denied', by: voter.name, lookAt },
        ...(note && { note }),
      };
    const obstacle = whyNotApprovable(approval);
    if (obstacle) throw refused(`${approval.id} can only be denied: ${obstacle}.`);
    const accounts = await this.#parts.deciders.linkedWith(voter.account);
    const votes = [...approval.votes, { ...voter, at: now, ...(accounts && { accounts }) }];
    if ((await this.#parts.deciders.count(votes)) < approval.terms.people)
      return { ...approval, votes, lookAt };
    const by = votes.map(({ name }) => name).join(', ');
    return { ...approval, ...settled, votes, state: 'approved', by, lookAt };
  }
}

/** Guests decide nothing. */
function atLeastMember(role: Role): Role {
  return lowerOf(role, 'member') === 'member' ? role : 'member';
}

/** Without anything that was asked for; its cards are to show that. */
function emptied(approval: Approval): Approval {
  const { reason: _, taint: __, finished: ___, requester, ...rest } = approval;
  return { ...rest, requester: { id: requester.id }, arguments: null };
}

function sameOrThrow(approval: Approval, { approve }: Deciding): Approval {
  const { id, state, by } = approval;
  if (state === (approve ? 'approved' : 'denied')) return approval;
  const how = {
    approved: `was approved by ${by} already`,
    denied: `was denied by ${by} already`,
    expired: 'is over: nobody had decided in time',
    stopped: 'is over: it was called off',
    open: 'is open',
  } satisfies Record<ApprovalState, string>;
  throw new FatalError('approval_settled', `${id} ${how[state]}.`, { field: 'id' });
}

function withArticle(role: Role): string {
  return `${/^[aeiou]/.test(role) ? 'An' : 'A'} ${role}`;
}

function refused(message: string): FatalError {
  return new FatalError('permission_denied', message, { field: 'id' });
}
