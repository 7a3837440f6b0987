/** The budgets that a model call is paid from, and whose share of each it is. */
import { accountId, type PlatformWide } from '../access/account.js';
import { type AgentBudget, budgetName, type HubBudget } from '../core/budget.js';
import type { Agent } from '../core/character.js';
import { tokenConnector } from '../core/connector-settings.js';
import { derivedId } from '../core/ids.js';
import type { RoomSource } from '../core/memory.js';

/** What a day's models may cost; absent: any. */
export interface Caps {
  tokens?: number;
  usd?: number;
}

export interface Budget {
  /** The same in every process, and no other budget's. */
  name: string;
  per: HubBudget['per'];
  caps: Caps;
  timezone: string;
  /** The one agent that pays from it; absent: all do. */
  agentId?: string;
}

/** Who asks: for whom a turn runs, and where. */
export interface Spender {
  agent: Agent;
  source: Pick<RoomSource, 'connector' | 'tenant' | 'channel'>;
  userId: string;
}

/** Whose a share is, in words that operators know; what it names not, it is not limited to. */
export interface Whose {
  agentId?: string;
  connector?: string;
  tenant?: string;
  channel?: string;
  userId?: string;
}

/** All that count for an agent. A character's are named after it, so no other agent's nor the hub's is theirs. */
export function budgetsOf({ id, character }: Agent, ofHub: readonly HubBudget[]): Budget[] {
  const here = ofHub.filter(({ agent }) => agent === undefined || agent === id);
  return [
    ...here.map((said) => budgetFrom(said, budgetName(said), said.agent)),
    ...character.budget.map((said) => budgetFrom(said, `${id}.${budgetName(said)}`, id)),
  ];
}

function budgetFrom(
  { per, tokens, usd, timezone }: HubBudget | AgentBudget,
  name: string,
  agentId: string | undefined,
): Budget {
  const caps = { ...(tokens !== undefined && { tokens }), ...(usd !== undefined && { usd }) };
  return { name, per, caps, timezone, ...(agentId !== undefined && { agentId }) };
}

/** @param id where it is kept, within the budget and the day */
export function shareOf(
  { per, agentId }: Budget,
  spender: Spender,
  platformWide: PlatformWide,
): { id: string; whose: Whose } {
  const { id, whose } = subjectOf(per, spender, platformWide);
  return { id, whose: { ...(agentId !== undefined && { agentId }), ...whose } };
}

function subjectOf(
  per: Budget['per'],
  { agent, source: { connector, tenant, channel }, userId }: Spender,
  platformWide: PlatformWide,
): { id: string; whose: Whose } {
  switch (per) {
    case 'hub':
      return { id: 'hub', whose: {} };
    case 'agent':
      return { id: agent.id, whose: { agentId: agent.id } };
    case 'person': {
      const account = { connector, tenant, userId };
      return { id: accountId(account, platformWide), whose: account };
    }
    case 'place': {
      // As places are let in: a server or workspace as a whole, elsewhere each conversation. Over HTTP callers name
      // the rooms, so there the tenant is the place.
      const isWhole = tenant !== 'default' || connector === tokenConnector;
      const place = { connector, tenant, ...(!isWhole && { channel }) };
      return { id: derivedId('place', connector, tenant, isWhole ? '' : channel), whose: place };
    }
  }
}
