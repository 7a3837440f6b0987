/** What of a share's spending is in a day of another zone than its budget's. */
import type { Cost } from './price.js';
import { type Spending, slotMs, slotOf } from './spending.js';

/** Of one record, or the sum of several. */
export interface Part {
  spent: Cost;
  /** What calls under way may cost besides. */
  reserved: Cost;
  calls: number;
  estimated: number;
}

/** Within the budget's day, where what is in no slot counts: older hubs have noted the day alone. In ms. */
const middleMs = 12 * 3_600_000;

/**
 * Every quarter of an hour is in one day of a zone, so the parts of all days are the whole.
 *
 * @param day of the other zone, Unix ms
 * @returns null: nothing of it is in that day
 */
export function partOf(spending: Spending, day: { from: number; ends: number }, now: number): Part | null {
  const isIn = (slot: number) => day.from <= slot * slotMs && slot * slotMs < day.ends;
  const unplaced = slotOf(spending.ends - middleMs);
  const slots = Object.entries(spending.slots ?? {}).map(([slot, amounts]) => ({
    slot: Number(slot),
    amounts,
  }));
  const left = slots.reduce(
    ([tokens, usd, calls, estimated], { amounts }): Amounts => [
      tokens - amounts[0],
      usd - amounts[1],
      calls - amounts[2],
      estimated - amounts[3],
    ],
    [spending.tokens, spending.usd, spending.calls, spending.estimated] as Amounts,
  );
  // Sums of dollars are off by less than this.
  const rest = left[0] > 0 || left[1] > 1e-9 || left[2] > 0 ? [{ slot: unplaced, amounts: left }] : [];
  const held = Object.values(spending.reserved).map((one) => ({ ...one, slot: one.slot ?? unplaced }));
  const here = [...slots, ...rest].filter(({ slot }) => isIn(slot));
  const heldHere = held.filter(({ slot }) => isIn(slot));
  if (here.length + heldHere.length === 0) return null;
  const settled = here.map(({ amounts: [tokens, usd, calls, estimated] }) => ({
    ...{ spent: { tokens, usd }, reserved: none, calls, estimated },
  }));
  // As `usedOf` has it: a call of a dead worker counts as what it is likely to have cost.
  const under = heldHere.map(({ tokens, usd, likely, until }) =>
    until > now
      ? { spent: none, reserved: { tokens, usd }, calls: 0, estimated: 0 }
      : { spent: likely, reserved: none, calls: 0, estimated: 0 },
  );
  return summed([...settled, ...under]);
}

type Amounts = [tokens: number, usd: number, calls: number, estimated: number];
const none: Cost = { tokens: 0, usd: 0 };

export function summed(parts: readonly Part[]): Part {
  const cost = (costs: Cost[]): Cost => ({
    tokens: costs.reduce((sum, { tokens }) => sum + tokens, 0),
    usd: costs.reduce((sum, { usd }) => sum + usd, 0),
  });
  return {
    spent: cost(parts.map(({ spent }) => spent)),
    reserved: cost(parts.map(({ reserved }) => reserved)),
    calls: parts.reduce((sum, { calls }) => sum + calls, 0),
    estimated: parts.reduce((sum, { estimated }) => sum + estimated, 0),
  };
}
