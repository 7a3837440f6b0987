import { FatalError } from '../errors.js';
import { isCommand } from './commands/command.js';
import { type Arrival, drop, pass, type Rule, type Ruling } from './gate.js';
import type { Roles } from './grants.js';
import { isPlace } from './lists.js';
import { type PairedPlaces, placeOf } from './paired-places.js';
import type { ServedPlaces } from './served-places.js';

interface Known {
  places: PairedPlaces;
  served: Pick<ServedPlaces, 'wait'>;
  roles: Pick<Roles, 'isAtLeast'>;
}

/** Where the agent talks with groups. `talk` is asked first: of what it drops, the place does not matter. */
export function places(talk: Rule, known: Known): Rule {
  return (arrival) => {
    const { message, settings } = arrival;
    if (message.direct) return pass;
    const ruling = talk(arrival);
    if (settings.places === 'open' || isPlace(message, settings.allow)) return ruling;
    return judged(arrival, ruling, known);
  };
}

async function judged(arrival: Arrival, talk: Ruling | Promise<Ruling>, known: Known): Promise<Ruling> {
  const ruling = await talk;
  if (ruling.kind === 'drop' || (await isIn(arrival, known))) return ruling;
  if (arrival.afterwards) return drop;
  // An operator's command passes; their other talk is not kept in a place that is not in.
  if (await letsIn(arrival, known)) return ruling.kind === 'keep' ? refused() : ruling;
  const { message, settings } = arrival;
  if (ruling.kind === 'keep' || !message.addressed || settings.places === 'allowlist') return refused();
  return asked(arrival, known);
}

async function isIn({ message, settings }: Arrival, { places, served }: Known): Promise<boolean> {
  const { agentId, source, home } = message;
  if (settings.places === 'allowlist') return home;
  const place = placeOf(agentId, source);
  const known = await places.isIn(place);
  if (known !== null) return known;
  if (home) {
    // What has no message of its own, such as an edit, may not say so.
    await places.note(place);
    return true;
  }
  await served.wait();
  return (await places.isIn(place)) ?? false;
}

/** Somebody who may let places in tries to, here: the command's operation decides. */
async function letsIn(arrival: Arrival, { roles }: Known): Promise<boolean> {
  return isCommand(arrival, 'approve') && roles.isAtLeast(arrival, 'member');
}

async function asked({ message, agent }: Arrival, { places }: Known): Promise<Ruling> {
  const code = await places.ask(placeOf(agent.id, message.source), message);
  if (!code) return refused();
  const text = [
    `I am ${agent.character.name}, and I do not serve this place yet. Its code is ${code}, valid for a day.`,
    `Whoever runs me, or somebody they have let in, can let me in here: write /approve ${code} to me.`,
  ].join('\n');
  const error = new FatalError(
    'not_allowed',
    `The agent does not serve this place yet. Approve the code ${code}: carrier pairing approve ${code}`,
  );
  return { kind: 'notice', notice: { text }, once: `place:${code}`, error };
}

function refused(): Ruling {
  const error = new FatalError('not_allowed', 'The agent does not serve this place. Ask whoever runs it.');
  return { kind: 'drop', error };
}
