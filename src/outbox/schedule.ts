/**
 * When an undelivered reply is tried again, and when it is given up. Times are Unix ms, pauses ms.
 *
 * - It is tried for `windowMs`, with pauses that grow to `longestPauseMs`, or as long as the platform asks.
 * - It is given up sooner where the fault is its own, as others show that its bot delivers meanwhile. One that was
 *   refused on every try for `refusedMs` (a `FatalError`: the platform's own last word, on every rung) needs one other
 *   delivery in that time. What may pass needs that time too, another delivery between its last two tries, and the first
 *   such one a minute ago.
 * - Where nothing else is delivered, those behind it show it: from then on they are tried, too (`mayBePassed`).
 * - A platform that names a time is no sign of fault: that reply is waited for to the end of its window.
 */
import { type CarrierError, FatalError, RetryableError } from '../errors.js';
import type { Failing } from '../store/outbox.js';
import type { Bot } from './bots.js';

export interface DeliveryLimits {
  /** After the first try. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How long a reply is tried for. */
  windowMs: number;
  /** After which a reply is given up that its platform refuses, while others get through. */
  refusedMs: number;
}

/** How long another delivery must have gone well before what might pass counts as a reply's own fault. */
const provenMs = 60_000;
/** How often what may pass is passed where nothing else is delivered: every so many times `refusedMs`. */
const patience = 6;
/** Of a pause, which part is kept to where the bot is known to be up again, and how long that is at most. */
const gentle = { part: 1 / 8, mostMs: 30_000 };
/** However little the platform asks for, this part of the time it has failed for is waited. */
const leastPart = 1 / 32;

/** A failed try. */
export interface Failure {
  error: CarrierError;
  at: number;
  before: Failing | undefined;
  /** Since when the reply before it in its line had been failing, and this one waited behind it. */
  heldUpSince?: number | undefined;
}

/** What is noted of a reply that has failed; null: it is given up. */
export function afterFailure(failure: Failure, bot: Bot, limits: DeliveryLimits): Failing | null {
  const { error, at, before } = failure;
  const since = before?.since ?? at;
  const heldUpSince = before ? before.heldUpSince : failure.heldUpSince;
  const overtaken = before !== undefined && bot.deliveredAt >= before.lastAt;
  const overtakenAt = before?.overtakenAt ?? (overtaken ? bot.deliveredAt : undefined);
  const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
  const refusedSince = error instanceof FatalError ? (before ? (before.refusedSince ?? at) : at) : undefined;
  const failing: Failing = {
    ...{ since, lastAt: at, nextAt: at },
    ...(asked !== undefined && { asked: true }),
    ...(refusedSince !== undefined && { refusedSince }),
    ...(overtakenAt !== undefined && { overtakenAt }),
    ...(heldUpSince !== undefined && { heldUpSince }),
  };
  const end = (heldUpSince ?? since) + limits.windowMs;
  // A hub that starts after a long time gives everything another chance: it was not the platform that was away.
  const tried = at - bot.seenAt >= Math.min(limits.refusedMs, limits.windowMs);
  if (at >= end && tried) return null;
  if (isRefused(failing, bot, limits) || (overtaken && isAtFault(failing, limits))) return null;
  // A hub that has just started asks as often as it would at first: its own network may not have been there.
  const failedForMs = at - Math.max(since, bot.seenAt);
  const pause =
    asked === undefined ? growing(failedForMs, limits) : Math.max(asked, least(failedForMs, limits));
  const judged = [since, refusedSince ?? since].map((one) => one + limits.refusedMs);
  const ends = [end, ...(asked === undefined ? judged : [])].filter((one) => one > at);
  failing.nextAt = Math.ceil(Math.min(at + pause, ...ends));
  return failing;
}

/** The platform has refused it for long enough, and taken another one meanwhile. */
export function isRefused(
  { lastAt, refusedSince }: Failing,
  bot: Bot,
  { refusedMs }: DeliveryLimits,
): boolean {
  if (refusedSince === undefined || lastAt - refusedSince < refusedMs) return false;
  return bot.deliveredAt >= refusedSince;
}

/** Of one that was overtaken again: it has failed for long enough while others got through. */
function isAtFault({ since, lastAt, asked, overtakenAt }: Failing, { refusedMs }: DeliveryLimits): boolean {
  if (asked || overtakenAt === undefined) return false;
  return lastAt - since >= refusedMs && lastAt - overtakenAt >= provenMs;
}

/**
 * Whether those behind it are tried, too: that the platform takes them shows whose fault it is. Where nothing says that
 * it takes anything, what may pass is passed once in a while: a platform that comes back must find them in their order.
 * @param triedAt the try before this one; absent: nothing is tried now.
 */
export function mayBePassed(
  { since, refusedSince, asked }: Failing,
  { bot, now, triedAt }: { bot: Bot; now: number; triedAt?: number | undefined },
  { refusedMs }: DeliveryLimits,
): boolean {
  if (asked) return false;
  if (refusedSince !== undefined && now - refusedSince >= refusedMs) return true;
  if (bot.deliveredAt >= since) return now - since >= refusedMs;
  const rounds = (at: number) => Math.floor(Math.max(0, at - since) / (patience * refusedMs));
  return triedAt !== undefined && rounds(now) > rounds(triedAt);
}

/** From when on a reply may be tried: sooner than planned where its bot has come up, or delivered something, since it failed. */
export function dueAt({ lastAt, nextAt, asked }: Failing, bot: Bot): number {
  if (asked) return nextAt;
  if (bot.seenAt > lastAt) return lastAt;
  if (bot.deliveredAt <= lastAt) return nextAt;
  return Math.min(nextAt, lastAt + Math.min((nextAt - lastAt) * gentle.part, gentle.mostMs));
}

/** Time in which its bot was away does not count. */
export function without(away: { from: number; to: number } | undefined, failing: Failing): Failing {
  if (!away || failing.lastAt > away.from) return failing;
  const { since, heldUpSince, refusedSince } = failing;
  const ms = away.to - away.from;
  return {
    ...{ ...failing, since: since + ms },
    ...(heldUpSince !== undefined && { heldUpSince: heldUpSince + ms }),
    ...(refusedSince !== undefined && { refusedSince: refusedSince + ms }),
  };
}

/** As long as it has failed already, so the pauses double; half of it is drawn by chance, so that not all come at once. */
function growing(failedForMs: number, { firstPauseMs, longestPauseMs }: DeliveryLimits): number {
  const pause = Math.min(Math.max(failedForMs, firstPauseMs), longestPauseMs);
  return pause / 2 + Math.random() * (pause / 2);
}

function least(failedForMs: number, { firstPauseMs, longestPauseMs }: DeliveryLimits): number {
  return Math.min(Math.max(failedForMs * leastPart, firstPauseMs), longestPauseMs);
}
