import type { OutputOf } from '../operations/operations.js';
import { cells, type Row } from './cells.js';

const whole = (tokens: number) => tokens.toLocaleString('en-US');
const dollars = (usd: number) => `$${usd.toFixed(usd < 1 ? 4 : 2)}`;

/** One share of a budget, in a line. */
export function usageRow(share: OutputOf<'usage.list'>['usage'][number]): Row {
  const { budget, day, agentId = '', connector = '', tenant = '', channel = '', userId = '' } = share;
  const { tokens, mostTokens, usd, mostUsd, reservedTokens, calls } = share;
  return cells(
    ...[day, budget, agentId, connector, tenant, channel, userId],
    mostTokens === null ? `${whole(tokens)} tokens` : `${whole(tokens)} of ${whole(mostTokens)} tokens`,
    mostUsd === null ? (usd > 0 ? dollars(usd) : '') : `${dollars(usd)} of ${dollars(mostUsd)}`,
    calls === 1 ? '1 call' : `${calls} calls`,
    reservedTokens > 0 ? `${whole(reservedTokens)} reserved` : '',
  );
}
