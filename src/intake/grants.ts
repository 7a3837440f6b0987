/** The roles of whoever writes: of the agent's settings, and of being let in by a code. */
import type { Grant } from '../access/role.js';
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
