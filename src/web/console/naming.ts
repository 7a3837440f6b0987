/** People, places and agents, as they are written and chosen. */
import type { Question } from '../kit/ask.js';
import { me } from './me.js';

export interface Account {
  connector: string;
  tenant: string;
  userId: string;
}

export interface Level {
  agentId?: string;
  connector?: string;
  tenant?: string;
  channel?: string;
}

/** As operations read it, too. */
export { writtenAccount as accountText } from '../../core/written-account.js';

/** Of what a role, a pause or a row of the ledger is about. */
export function levelText({ agentId, connector, tenant, channel }: Level): string {
  const place = [connector, tenant !== 'default' || channel ? tenant : undefined, channel].filter(Boolean);
  const parts = [agentId && `agent ${agentId}`, place.length > 0 && place.join(' / ')].filter(Boolean);
  return parts.join(', ') || 'the whole hub';
}

export function agentChoice(more: Partial<Question> = {}): Question {
  return {
    name: 'agentId',
    label: 'Agent',
    kind: 'choice',
    options: me.value!.agents.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`] as const),
    ...more,
  };
}

/** The one that the address names, or the first. */
export function agentOr(named: string | undefined): string {
  return named ?? me.value!.agents[0]?.id ?? '';
}

export const roles = ['member', 'operator', 'admin', 'owner'] as const;

/** Those that are not above one's own: the hub gives no others. */
export function rolesToGive(): string[] {
  const mine = roles.indexOf(me.value!.role as (typeof roles)[number]);
  return roles.slice(0, mine + 1);
}
