/** Pays for model calls from the budgets that there are. Where there is none, it costs nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, accountId, type PlatformWide } from '../access/account.js';
import type { HubBudget } from '../core/budget.js';
import type { Agent } from '../core/character.js';
import { newId } from '../core/ids.js';
import { localDay } from '../core/local-day.js';
import { FatalError } from '../errors.js';
import type { LanguageModel, ModelRequest } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { TypedRecords } from '../store/record.js';
import { Alarms, type AlarmsParts } from './alarms.js';
import { type Budget, budgetsOf, type Spender, shareOf, type Whose } from './budget.js';
import { Ledger } from './ledger.js';
import { metered, type Used } from './metered.js';
import { type Cost, costOf } from './price.js';
import { promptSize } from './prompt-size.js';
import { budgetSpent, type Purse } from './purse.js';
import {
  type Asked,
  type Elsewhere,
  type Reserved,
  type Ruling,
  renewed,
  ruled,
  type Spending,
  settled,
  tidied,
  unspent,
  usedOf,
  withReservation,
} from './spending.js';
import { spentText } from './words.js';

/** A worker that has died holds what it has reserved no longer, in ms. */
const leaseMs = 30_000;
/** Others' calls are waited for as long as one may take, in ms; then what they leave must do. */
const waitMs = 60_000;
/** Between two looks, doubled from the first to the last, in ms. */
const looks = { firstMs: 20, lastMs: 500 };

export interface PursesParts {
  records: TypedRecords<Spending>;
  /** Of the hub. */
  budgets: readonly HubBudget[];
  platformWide: PlatformWide;
  /** The accounts of the person, in the order in which they were linked; none where it is linked with no other. */
  linkedWith(account: Account): Promise<readonly { account: Account }[]>;
  agents: AlarmsParts['agents'];
  tell: AlarmsParts['tell'];
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** Of one budget, on one day. */
interface Share {
  budget: Budget;
  id: string;
  whose: Whose;
  day: string;
  /** When the call was begun (Unix ms). */
  at: number;
  ends: number;
  /** Where other accounts of the same person have their share. */
  others: string[];
}

interface Ruled {
  ruling: Ruling;
  spending: Spending;
}

export class Purses {
  readonly #parts: PursesParts;
  readonly #ledger: Ledger;
  readonly #alarms: Alarms;
  readonly #budgets = new WeakMap<Agent, Budget[]>();

  constructor(parts: PursesParts) {
    this.#parts = parts;
    this.#ledger = new Ledger(parts.records);
    this.#alarms = new Alarms({ ledger: this.#ledger, ...parts });
  }

  /** Null: nothing limits what it costs. */
  of(spender: Spender): Purse | null {
    const budgets = this.#budgetsOf(spender.agent);
    if (budgets.length === 0) return null;
    return { open: (...what) => this.#open(spender, budgets, ...what) };
  }

  /** What was spent is written down. */
  ended(): Promise<void> {
    return this.#ledger.ended();
  }

  #budgetsOf(agent: Agent): Budget[] {
    const known = this.#budgets.get(agent);
    if (known) return known;
    const budgets = budgetsOf(agent, this.#parts.budgets);
    this.#budgets.set(agent, budgets);
    return budgets;
  }

  async #open(
    spender: Spender,
    budgets: Budget[],
    model: LanguageModel,
    request: ModelRequest,
    signal: AbortSignal,
  ): Promise<LanguageModel> {
    const { price } = model.abilities;
    const inMoney = budgets.find(({ caps }) => caps.usd !== undefined);
    if (inMoney && !price)
      throw new FatalError(
        'config_invalid',
        `Nobody knows the price of ${model.id}, and the budget "${inMoney.name}" is in money: say it in ` +
          'endpoints.NAME.models of carrier.config.json, 0 where it costs nothing.',
        { field: 'endpoints' },
      );
    const asked: Asked = { size: promptSize(request), maxTokens: request.maxTokens, price };
    const shares = await this.#shares(spender, budgets);
    const id = newId();
    const reserved = await this.#reserve(spender.agent, shares, id, asked, signal);
    const change = (what: 'renewed' | 'settled', to: Parameters<Ledger['change']>[1]) => {
      for (const share of shares)
        this.#ledger
          .change(share.id, to)
          .catch((err) =>
            this.#parts.log.warn({ err, budget: share.budget.name }, `a reservation is not ${what}`),
          );
    };
    return metered(model, {
      maxTokens: Math.min(...reserved.map(({ maxTokens }) => maxTokens)),
      promptTokens: asked.size.likely,
      renewMs: leaseMs / 3,
      renew: () =>
        change('renewed', (spending) => ({
          next: (spending && renewed(spending, id, this.#until())) ?? spending,
          answer: undefined,
        })),
      settle: (used) => void this.#settle(spender.agent, shares, id, used, price),
    });
  }

  async #shares(spender: Spender, budgets: Budget[]): Promise<Share[]> {
    const { platformWide, linkedWith, now } = this.#parts;
    const at = now();
    return Promise.all(
      budgets.map(async (budget): Promise<Share> => {
        const { date: day, ends } = localDay(at, budget.timezone);
        const place = (id: string) => `${budget.name}/${day}/${id}`;
        const { id, whose } = shareOf(budget, spender, platformWide);
        const share = { budget, id: place(id), whose, day, at, ends, others: [] };
        if (budget.per !== 'person') return share;
        const { source, userId } = spender;
        const own = { connector: source.connector, tenant: source.tenant, userId };
        // It is better to count apart than not at all.
        const linked = (await linkedWith(own).catch(() => [])).map(({ account }) => account);
        const [first, ...others] = linked;
        if (!first) return share;
        const placed = (account: Account) => place(accountId(account, platformWide));
        return { ...share, id: placed(first), whose: { ...whose, ...first }, others: others.map(placed) };
      }),
    );
  }

  /** In all of them, or in none. */
  async #reserve(
    agent: Agent,
    shares: Share[],
    id: string,
    asked: Asked,
    signal: AbortSignal,
  ): Promise<Reserved[]> {
    const until = performance.now() + waitMs;
    for (let pauseMs = looks.firstMs; ; pauseMs = Math.min(2 * pauseMs, looks.lastMs)) {
      signal.throwIfAborted();
      const waits = performance.now() < until;
      const rulings = await Promise.allSettled(
        shares.map((share) => this.#rule(agent, share, id, asked, waits)),
      );
      const reserved = rulings.flatMap((ruling) =>
        ruling.status === 'fulfilled' && typeof ruling.value === 'object' ? [ruling.value] : [],
      );
      if (reserved.length === shares.length) return reserved;
      const held = shares.filter((_, at) => {
        const ruling = rulings[at]!;
        return ruling.status === 'rejected' || typeof ruling.value === 'object';
      });
      await this.#release(held, id);
      const failed = rulings.find((ruling) => ruling.status === 'rejected');
      if (failed) throw failed.reason;
      const spent = shares.filter((_, at) => (rulings[at] as { value?: unknown }).value === 'spent');
      const [longest] = spent.sort((one, other) => other.ends - one.ends);
      if (longest) throw budgetSpent(spentText(longest.budget, longest.ends));
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    }
  }

  async #rule(agent: Agent, share: Share, id: string, asked: Asked, waits: boolean) {
    const { now } = this.#parts;
    const { budget, day, at, ends, whose } = share;
    const elsewhere = await this.#elsewhere(share);
    const { ruling, spending } = await this.#ledger.change<Ruled>(share.id, (found) => {
      const spending = tidied(found ?? unspent({ budget: budget.name, day, ends, whose }), now());
      const ruling = ruled(spending, asked, { caps: budget.caps, elsewhere, waits, now: now() });
      if (typeof ruling !== 'object') return { next: found, answer: { ruling, spending } };
      const next = withReservation(spending, id, ruling, { until: this.#until(), at });
      return { next, answer: { ruling, spending: next } };
    });
    if (ruling === 'spent')
      this.#alarms.look(agent, budget, share.id, spending, this.#used(spending, elsewhere), true);
    return ruling;
  }

  async #release(shares: Share[], id: string): Promise<void> {
    const cost = { tokens: 0, usd: 0 };
    await Promise.all(
      shares.map((share) =>
        this.#ledger
          .change(share.id, (spending) => ({
            next: (spending && settled(spending, id, cost, { estimated: false })) ?? spending,
            answer: undefined,
          }))
          .catch((err) => this.#parts.log.warn({ err }, 'a reservation stays until its lease is over')),
      ),
    );
  }

  /** Nobody waits for it: should it fail, what the call is likely to have cost counts once its lease is over. */
  async #settle(
    agent: Agent,
    shares: Share[],
    id: string,
    { estimated, ...usage }: Used,
    price: Asked['price'],
  ): Promise<void> {
    const cost = costOf(usage, price);
    const settle = async (share: Share) => {
      const spending = await this.#ledger.change(share.id, (found) => {
        const next = (found && settled(found, id, cost, { estimated })) ?? found;
        return { next, answer: next };
      });
      if (!spending) return;
      const used = this.#used(spending, await this.#elsewhere(share));
      this.#alarms.look(agent, share.budget, share.id, spending, used);
    };
    const warn = (err: unknown) => this.#parts.log.warn({ err }, 'what a call has cost is not written down');
    await Promise.all(shares.map((share) => settle(share).catch(warn)));
  }

  async #elsewhere({ others }: Share): Promise<Elsewhere> {
    if (others.length === 0) return { tokens: 0, usd: 0, calls: 0 };
    const found = await Promise.all(others.map((id) => this.#ledger.read(id)));
    const used = found.flatMap((spending) => {
      if (!spending) return [];
      const { spent, reserved } = usedOf(spending, this.#parts.now());
      return [spent, reserved];
    });
    return {
      tokens: used.reduce((sum, { tokens }) => sum + tokens, 0),
      usd: used.reduce((sum, { usd }) => sum + usd, 0),
      calls: found.reduce((sum, spending) => sum + (spending?.calls ?? 0), 0),
    };
  }

  #used(spending: Spending, elsewhere: Cost): Cost {
    const { spent } = usedOf(spending, this.#parts.now());
    return { tokens: spent.tokens + elsewhere.tokens, usd: spent.usd + elsewhere.usd };
  }

  #until(): number {
    return this.#parts.now() + leaseMs;
  }
}
