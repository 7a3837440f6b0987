/**
 * Spending: what one share of a budget has cost on one day, and what calls under way have reserved of it. All that may be
 * done with it is a function here from one spending to the next; `ledger.ts` keeps it.
 *
 * - **Reservation**: the most that a call under way may cost, under an id of its own, until its lease is over. A worker that
 *   lives renews it. One whose worker has died counts from then on as what the call is likely to have cost: the
 *   provider has had the prompt.
 */
import { z } from 'zod';
import { defineRecord, type TypedRecords } from '../store/record.js';
import type { Caps, Whose } from './budget.js';
import { type Cost, costOf, mostOutput, type Price } from './price.js';
import type { PromptSize } from './prompt-size.js';

/** What a call under way may cost. */
interface Held extends Cost {
  /** Unix ms. */
  until: number;
  /** What it costs if nobody ever says. */
  likely: Cost;
  /** When it was begun, as a `slotOf`; absent: an older hub has reserved it. */
  slot?: number;
}

/** What calls have cost that were begun in one quarter of an hour: any zone's days can be made of these. */
type Slot = [tokens: number, usd: number, calls: number, estimated: number];

/** Zones begin their days at whole quarters of an hour (UTC+5:45); in ms. */
export const slotMs = 15 * 60_000;

export const slotOf = (at: number): number => Math.floor(at / slotMs);

export interface Spending extends Cost {
  budget: string;
  /** `2026-03-29`, in the budget's time zone, and when it ends (Unix ms). */
  day: string;
  ends: number;
  whose: Whose;
  calls: number;
  /** How many of the tokens were estimated, since no provider said them. */
  estimated: number;
  /** By id. */
  reserved: Record<string, Held>;
  /** Of the above, by `slotOf`; what older hubs have settled is in none. */
  slots?: Record<string, Slot>;
  /** Of how many percent operators have been told. */
  told?: number;
}

const cost = { tokens: z.number(), usd: z.number() };
const part = z.string().optional();

const Spending: z.ZodType<Spending> = z.looseObject({
  ...{ budget: z.string(), day: z.string(), ends: z.number() },
  whose: z.looseObject({ agentId: part, connector: part, tenant: part, channel: part, userId: part }),
  ...{ ...cost, calls: z.number(), estimated: z.number() },
  reserved: z.record(
    z.string(),
    z.looseObject({ ...cost, until: z.number(), likely: z.looseObject(cost), slot: z.number().optional() }),
  ),
  slots: z.record(z.string(), z.tuple([z.number(), z.number(), z.number(), z.number()])).optional(),
  told: z.number().optional(),
});

/** Of a share of which nothing was spent on a day yet. */
export function unspent(of: Pick<Spending, 'budget' | 'day' | 'ends' | 'whose'>): Spending {
  return { ...of, tokens: 0, usd: 0, calls: 0, estimated: 0, reserved: {} };
}

/** Days that are over stay so long, for operators to look at. */
const keptMs = 35 * 86_400_000;
/** A reservation that nobody has settled so long after its lease is settled as it counts, in ms. */
const settledMs = 3_600_000;

export const spendingRecord = defineRecord<Spending>({
  kind: 'spending',
  schema: Spending,
  group: ({ day }) => day,
  due: ({ ends }) => ends + keptMs,
});

/** Days that nobody looks at any more. */
export async function dropOldSpendings(
  records: TypedRecords<Spending>,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const old = await records.due(now, 100);
    for (const { id, version } of old) {
      if (signal.aborted) return;
      await records.remove(id, version);
    }
    if (old.length < 100) return;
  }
}

/** What a model is to be asked. */
export interface Asked {
  size: PromptSize;
  /** Of the answer. */
  maxTokens: number;
  price: Price;
}

/** What is reserved: for an answer of at most so many tokens. */
export interface Reserved extends Cost {
  maxTokens: number;
  likely: Cost;
}

/** What other accounts of the same person have used. */
export interface Elsewhere extends Cost {
  calls: number;
}

/** `wait`: calls under way have reserved what is left, and will need less of it. */
export type Ruling = Reserved | 'wait' | 'spent';

/** An answer shorter than this is only begun where nobody's reservation can be waited for. */
const fullAnswer = 1024;
/** No answer is begun that must be shorter than this. */
const leastAnswer = 128;

const sum = (one: Cost, other: Cost): Cost => ({
  tokens: one.tokens + other.tokens,
  usd: one.usd + other.usd,
});
const none: Cost = { tokens: 0, usd: 0 };

/** What has been spent, with what calls of dead workers are likely to have cost; and what calls under way may. */
export function usedOf({ tokens, usd, reserved }: Spending, now: number): { spent: Cost; reserved: Cost } {
  const all = Object.values(reserved);
  const live = all.filter(({ until }) => until > now);
  const dead = all.filter(({ until }) => until <= now);
  return {
    spent: dead.map(({ likely }) => likely).reduce(sum, { tokens, usd }),
    reserved: live.reduce<Cost>(sum, none),
  };
}

/**
 * Whether the share is enough for a call. First it reserves the most that the call can cost; of what is left at the end of a day
 * it reserves what it is likely to, and the answer is kept shorter than asked for.
 *
 * @param waits whether calls under way are waited for
 */
export function ruled(
  spending: Spending,
  { size, maxTokens, price }: Asked,
  { caps, elsewhere, waits, now }: { caps: Caps; elsewhere: Elsewhere; waits: boolean; now: number },
): Ruling {
  const { spent, reserved } = usedOf(spending, now);
  const gone = sum(spent, elsewhere);
  const { tokens = Number.POSITIVE_INFINITY, usd = Number.POSITIVE_INFINITY } = caps;
  const left = { tokens: tokens - gone.tokens, usd: usd - gone.usd };
  const free = { tokens: left.tokens - reserved.tokens, usd: left.usd - reserved.usd };
  const asIf = (inputTokens: number, outputTokens: number) => costOf({ inputTokens, outputTokens }, price);
  const reservedFor = (prompt: number, answer: number): Reserved => ({
    ...asIf(prompt, answer),
    maxTokens: answer,
    likely: asIf(size.likely, Math.min(answer, leastAnswer)),
  });
  if (mostOutput(size.most, price, free) >= maxTokens) return reservedFor(size.most, maxTokens);
  const most = mostOutput(size.likely, price, free);
  // Not all of it for one: others ask at the same time.
  const answer = Math.min(maxTokens, most, Math.max(fullAnswer, Math.floor(most / 4)));
  if (answer >= Math.min(maxTokens, fullAnswer)) return reservedFor(size.likely, answer);
  // Less than a call usually takes would end in the middle of an answer.
  const calls = Math.max(1, spending.calls + elsewhere.calls);
  const isEnough = (room: Cost) =>
    mostOutput(size.likely, price, room) >= Math.min(maxTokens, leastAnswer) &&
    room.tokens >= (spending.tokens + elsewhere.tokens) / calls &&
    room.usd >= (spending.usd + elsewhere.usd) / calls;
  const underWay = reserved.tokens > 0 || reserved.usd > 0;
  if (waits && underWay && isEnough(left)) return 'wait';
  return isEnough(free) ? reservedFor(size.likely, answer) : 'spent';
}

export function withReservation(
  spending: Spending,
  id: string,
  { tokens, usd, likely }: Reserved,
  { until, at }: { until: number; at: number },
): Spending {
  const held = { tokens, usd, likely, until, slot: slotOf(at) };
  return { ...spending, reserved: { ...spending.reserved, [id]: held } };
}

/** Undefined: it is there no more. */
export function renewed(spending: Spending, id: string, until: number): Spending | undefined {
  const held = spending.reserved[id];
  return held && { ...spending, reserved: { ...spending.reserved, [id]: { ...held, until } } };
}

/** What a call has cost takes the place of what was reserved for it. Undefined: it is settled already. */
export function settled(
  spending: Spending,
  id: string,
  cost: Cost,
  { estimated }: { estimated: boolean },
): Spending | undefined {
  if (!Object.hasOwn(spending.reserved, id)) return undefined;
  const { [id]: held, ...reserved } = spending.reserved;
  const calls = cost.tokens > 0 ? 1 : 0;
  const guessed = estimated ? cost.tokens : 0;
  const isFree = cost.tokens === 0 && cost.usd === 0;
  return {
    ...spending,
    ...sum(spending, cost),
    calls: spending.calls + calls,
    estimated: spending.estimated + guessed,
    reserved,
    ...(held?.slot !== undefined &&
      !isFree && { slots: withSlot(spending.slots, held.slot, [cost.tokens, cost.usd, calls, guessed]) }),
  };
}

function withSlot(slots: Spending['slots'] = {}, slot: number, more: Slot): Record<string, Slot> {
  const [tokens, usd, calls, estimated] = slots[slot] ?? [0, 0, 0, 0];
  return { ...slots, [slot]: [tokens + more[0], usd + more[1], calls + more[2], estimated + more[3]] };
}

/** Without reservations that nobody will settle any more. */
export function tidied(spending: Spending, now: number): Spending {
  const lost = Object.entries(spending.reserved).filter(([, { until }]) => until + settledMs < now);
  return lost.reduce(
    (left, [id, { likely }]) => settled(left, id, likely, { estimated: true }) ?? left,
    spending,
  );
}
