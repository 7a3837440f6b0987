/** What people and operators read of budgets. */
import { writtenAccount } from '../access/account.js';
import { localTime } from '../core/local-day.js';
import type { Budget, Caps, Whose } from './budget.js';
import type { Cost } from './price.js';

const subjects: Record<Budget['per'], string> = {
  person: 'You have used up what you may ask me today.',
  place: 'What I may spend here today is used up.',
  agent: 'What I may spend today is used up.',
  hub: 'What I may spend today is used up.',
};

/** For whoever asked. @param ends when the day is over (Unix ms) */
export function spentText({ per, timezone }: Pick<Budget, 'per' | 'timezone'>, ends: number): string {
  return `${subjects[per]} Please write again from ${localTime(ends, timezone)} (${timezone}).`;
}

/** For operators. */
export function noticeText(
  { name, caps }: Pick<Budget, 'name' | 'caps'>,
  { day, whose, percent }: { day: string; whose: Whose; percent: number },
  used: Cost,
): string {
  const person = whose.userId !== undefined && whose.connector !== undefined;
  const account =
    person && writtenAccount({ tenant: 'default', ...whose } as Parameters<typeof writtenAccount>[0]);
  const place = [whose.connector, whose.tenant, whose.channel].filter((one) => one !== undefined).join('/');
  const who = account || place || whose.agentId;
  const share = who ? ` of ${quoted(who)}` : '';
  const state = percent < 100 ? `has reached ${percent} %` : 'is used up';
  return `The budget "${name}"${share} ${state} on ${day}: ${amountText(used, caps)}.`;
}

/** `8,012 of 10,000 tokens, $0.12 of $1.00`. */
function amountText(used: Cost, { tokens, usd }: Caps): string {
  return [
    tokens !== undefined && `${whole(used.tokens)} of ${whole(tokens)} tokens`,
    usd !== undefined && `${dollars(used.usd)} of ${dollars(usd)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

const whole = (tokens: number) => tokens.toLocaleString('en-US');
const dollars = (usd: number) => `$${usd.toFixed(usd < 1 ? 4 : 2)}`;

const longest = 100;

/** Ids of a platform, which mean nothing here. */
function quoted(text: string): string {
  const line = text.replace(/[`\s]+/g, ' ').trim();
  return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line}\``;
}
