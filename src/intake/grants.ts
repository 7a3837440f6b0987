/** The roles of whoever writes: of the agent's settings, and of being let in by a code. */
import type { Grant, Level } from '../access/role.js';
import type { Agent } from '../core/character.js';
import { settingsFor } from '../core/connector-settings.js';
import { type Arrival, isOperator, personOf } from './gate.js';
import type { Pairings } from './pairings.js';

export async function grantsOf(
  arrival: Arrival,
  pairings: Pick<Pairings, 'isPaired'>,
): Promise<readonly Grant[]> {
  const { agent, message } = arrival;
  const level = { agentId: agent.id, connector: message.source.connector };
  if (isOperator(arrival)) return [{ role: 'operator', level }];
  return (await pairings.isPaired(personOf(arrival))) ? [{ role: 'member', level }] : [];
}

/** What the settings of agents give the person with an account, for whichever agents. */
export function grantsInSettings(agents: readonly Agent[], { connector = '', userId = '' }: Level): Grant[] {
  return agents
    .filter(({ character }) => settingsFor(character, connector).operators.includes(userId))
    .map(({ id }) => ({ role: 'operator', level: { agentId: id, connector, userId } }));
}
