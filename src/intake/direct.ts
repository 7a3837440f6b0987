import { FatalError } from '../errors.js';
import { isCommand } from './commands/command.js';
import { type Arrival, drop, pass, personOf, type Rule, type Ruling } from './gate.js';
import type { Roles } from './grants.js';
import { isAllowed, notAllowed } from './lists.js';
import type { Pairings } from './pairings.js';

/** Who may write to the agent directly. */
export function direct(pairings: Pick<Pairings, 'ask'>, roles: Pick<Roles, 'isAtLeast'>): Rule {
  return (arrival) => {
    const { message, settings } = arrival;
    if (!message.direct || settings.dm === 'open') return pass;
    if (isAllowed(arrival)) return pass;
    const pairing = settings.dm === 'pairing';
    const isIn = roles.isAtLeast(arrival, pairing ? 'member' : 'operator');
    const refused = () => (pairing ? asked(arrival, pairings) : notAllowed());
    if (isIn instanceof Promise) return isIn.then((isIn) => (isIn ? pass : refused()));
    return isIn ? pass : refused();
  };
}

/** Whoever is known elsewhere has a code from there. */
function hasLinkCode(arrival: Arrival): boolean {
  return isCommand(arrival, 'link') && arrival.command?.args !== '';
}

async function asked(arrival: Arrival, pairings: Pick<Pairings, 'ask'>): Promise<Ruling> {
  if (hasLinkCode(arrival)) return pass;
  const { message, agent } = arrival;
  const person = personOf(arrival);
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
