import { FatalError } from '../errors.js';
import { type Arrival, drop, isOperator, pass, personOf, type Rule, type Ruling } from './gate.js';
import { isAllowed, notAllowed } from './lists.js';
import type { Pairings } from './pairings.js';

/** Who may write to the agent directly. */
export function direct(pairings: Pairings): Rule {
  return (arrival) => {
    const { message, settings } = arrival;
    if (!message.direct || settings.dm === 'open') return pass;
    if (isOperator(arrival) || isAllowed(arrival)) return pass;
    return settings.dm === 'allowlist' ? notAllowed() : paired(arrival, pairings);
  };
}

async function paired(arrival: Arrival, pairings: Pairings): Promise<Ruling> {
  const { message, agent } = arrival;
  const person = personOf(arrival);
  if (await pairings.isPaired(person)) return pass;
  if (arrival.afterwards) return drop;
  const code = await pairings.ask(person, message.source);
  const error = new FatalError(
    'not_allowed',
    code
      ? `This person is not paired with the agent yet. Approve the code ${code}: carrier pairing approve ${code}`
      : 'This person is not paired with the agent yet; the code was told a moment ago.',
  );
  if (!code) return { kind: 'drop', error };
  const text = [
    `Hello! I am ${agent.character.name}, and I do not know you yet.`,
    `Your pairing code is ${code}. Please give it to the person who runs me; it is valid for one hour.`,
  ].join('\n');
  return { kind: 'notice', notice: { text }, error };
}
