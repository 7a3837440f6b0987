import type { Caller } from '../../operations/operations.js';
import { described, type KnownPeople, subjectIn, wholeAgent } from '../switch-subject.js';
import type { Command } from './command.js';

/** `for 10m`, `for 2 hours`, and what follows. No other unit is taken for one of these: months are no minutes. */
const lasting =
  /^for\s+(\d+)\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?)\b\s*/i;

export function pause(operations: Caller, people: KnownPeople): Command {
  return {
    name: 'pause',
    about: 'stop me at once, or: /pause [here|tools|USER] [for 10m] [reason]',
    least: 'operator',
    async run(call) {
      const { args, principal, agent } = call;
      const [word = ''] = args.split(/\s+/);
      const named = word === '' || lasting.test(args) ? null : await subjectIn(word, call, people);
      // Who thinks somebody is paused must not be wrong.
      if (!named && word.startsWith('@'))
        return { text: `I know nobody here whose id is ${word.slice(1)}. Names do not do: take the id.` };
      const rest = named ? args.slice(word.length).trim() : args;
      const [length = '', count, ...units] = lasting.exec(rest) ?? [];
      const unit = units.find(Boolean) ?? '';
      const subject = named ?? wholeAgent(principal);
      const reason = rest.slice(length.length).trim();
      const input = {
        ...subject,
        ...(length !== '' && { for: `${count}${unit.toLowerCase()}` }),
        ...(reason !== '' && { reason }),
      };
      const { until } = await operations.call('switches.pause', input, principal);
      const end = until === null ? 'until somebody writes /resume' : `until ${until}, or /resume`;
      return { text: `${described(subject, agent.character.name)} paused, ${end}.` };
    },
  };
}
