import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboundMessage } from '../core/turn.js';
import { type CarrierError, FatalError } from '../errors.js';
import type { Run } from '../queue/queue.js';
import type { Due, Failing } from '../store/outbox.js';
import type { Bot } from './bots.js';
import { type DeliveryLimits, dueAt, isRefused, mayBePassed } from './schedule.js';

/** Between the two tries of a reply that those behind it are to pass, in ms. */
const confirmMs = 500;

type Failure = { failing: Failing; error: CarrierError };
/** `away`: the platform takes nothing from the connector itself. That is no fault of the message. */
export type Tried = 'delivered' | 'given up' | 'away' | Failure;

export interface Tries {
  limits: DeliveryLimits;
  now(): number;
  /** Undefined: its connector does not run. */
  botOf(message: OutboundMessage): Bot | undefined;
  /** What comes of it is noted when it resolves. `heldUpSince`: as in `Failing`, for one that fails first. */
  try(message: Due, heldUpSince: number | undefined, signal: AbortSignal): Promise<Tried>;
  giveUp(message: Due, error: CarrierError): Promise<void>;
}

/** The first undelivered reply of a line. */
interface Head {
  message: Due;
  failing: Failing;
  /** Of its try in this run. */
  error: CarrierError | undefined;
  /** Those behind it are tried all the same, until one fails. */
  passed: boolean;
}

/**
 * One run for a room: its replies in order, until one fails. Replies of a room that other receivers take are lines of
 * their own, and do not wait for one another.
 */
export class RoomRun {
  readonly #tries: Tries;
  readonly #due: readonly Due[];
  readonly #run: Run;
  readonly #heads = new Map<Bot, Head>();
  /** Since when lines had been failing whose heads were given up in this run. */
  readonly #failed = new Map<Bot, number>();

  constructor(tries: Tries, due: readonly Due[], run: Run) {
    this.#tries = tries;
    this.#due = due;
    this.#run = run;
  }

  /** Those that wait for their time now. */
  get held(): { bot: Bot; failing: Failing }[] {
    return [...this.#heads].map(([bot, { failing }]) => ({ bot, failing }));
  }

  /** @returns the reply whose connector is away: it may come back, and those behind the reply must not overtake it. */
  async deliver(): Promise<Due | null> {
    for (const [at, message] of this.#due.entries()) {
      this.#run.hold();
      const bot = this.#tries.botOf(message);
      if (!bot) return message;
      const head = this.#heads.get(bot);
      if (head && !head.passed) continue;
      const behind = this.#due.slice(at + 1).find((other) => this.#tries.botOf(other) === bot);
      const tried = head ? await this.#pass(head, message, bot) : await this.#lead(message, bot, behind);
      if (tried === 'away') return message;
    }
    return null;
  }

  /** The first of its line. */
  async #lead(message: Due, bot: Bot, behind: Due | undefined): Promise<Tried | null> {
    const { failing } = message;
    if (failing && !this.#isDue(failing, bot, behind)) {
      this.#heads.set(bot, { message, failing, error: undefined, passed: false });
      return null;
    }
    const heldUpSince = this.#behind(this.#failed.get(bot), message);
    let tried = await this.#tries.try(message, heldUpSince, this.#run.signal);
    let passed = isFailure(tried) && behind !== undefined && this.#mayBePassed(tried, bot, failing?.lastAt);
    if (isFailure(tried) && passed && !(tried.error instanceof FatalError)) {
      // What may pass may just have passed: its turn comes before theirs.
      await sleep(confirmMs, undefined, { signal: this.#run.signal });
      this.#run.hold();
      tried = await this.#tries.try({ ...message, failing: tried.failing }, undefined, this.#run.signal);
      passed &&= isFailure(tried) && !tried.failing.asked;
    }
    if (isFailure(tried)) this.#heads.set(bot, { message, ...tried, passed });
    else if (tried === 'given up')
      this.#failed.set(bot, startOf(failing) ?? heldUpSince ?? this.#tries.now());
    return tried;
  }

  /** One behind a head that may be passed. */
  async #pass(head: Head, message: Due, bot: Bot): Promise<Tried | null> {
    const { failing } = message;
    head.passed = !failing?.asked || failing.nextAt <= this.#tries.now();
    if (!head.passed) return null;
    const heldUpSince = this.#behind(startOf(head.failing), message);
    const tried = await this.#tries.try(message, heldUpSince, this.#run.signal);
    if (isFailure(tried)) head.passed = false;
    return tried === 'delivered' ? this.#overtaken(head, bot) : tried;
  }

  /** One behind the head got through: so the head is at fault, or its platform is just back, and it is tried once more. */
  async #overtaken(head: Head, bot: Bot): Promise<Tried | null> {
    const { message, failing, error } = head;
    if (!error) return null;
    if (isRefused(failing, bot, this.#tries.limits)) {
      await this.#tries.giveUp(message, error);
      this.#heads.delete(bot);
      return 'given up';
    }
    head.error = undefined;
    const tried = await this.#tries.try({ ...message, failing }, undefined, this.#run.signal);
    if (isFailure(tried)) head.failing = tried.failing;
    else this.#heads.delete(bot);
    return tried;
  }

  #isDue(failing: Failing, bot: Bot, behind: Due | undefined): boolean {
    const now = this.#tries.now();
    if (dueAt(failing, bot) <= now) return true;
    // What was never tried, behind a reply that may be passed, does not wait for that one's next time.
    return behind !== undefined && !behind.failing && mayBePassed(failing, { bot, now }, this.#tries.limits);
  }

  #mayBePassed({ failing }: Failure, bot: Bot, triedAt: number | undefined): boolean {
    return mayBePassed(failing, { bot, now: failing.lastAt, triedAt }, this.#tries.limits);
  }

  /** Its time runs from when it had to wait behind another, and was there. */
  #behind(since: number | undefined, { createdAt }: Due): number | undefined {
    return since === undefined ? undefined : Math.max(since, createdAt);
  }
}

function isFailure(tried: Tried): tried is Failure {
  return typeof tried === 'object';
}

/** Since when the line has been failing that this reply is the head of. */
function startOf(failing: Failing): number;
function startOf(failing: Failing | undefined): number | undefined;
function startOf(failing: Failing | undefined): number | undefined {
  return failing && (failing.heldUpSince ?? failing.since);
}
