import type { Caller } from '../../operations/operations.js';
import { described, type KnownPeople, type Subject, subjectIn, wholeAgent } from '../switch-subject.js';
import type { Command } from './command.js';

export function resume(operations: Caller, people: KnownPeople): Command {
  return {
    name: 'resume',
    about: 'let me go on after /pause, or: /resume [here|tools|USER]',
    least: 'operator',
    // It must not end what was paused after it was given.
    unrepeatable: true,
    async run(call) {
      const { args, principal, agent } = call;
      const { agentId, connector } = principal;
      const [word = ''] = args.split(/\s+/);
      const named = word === '' ? wholeAgent(principal) : await subjectIn(word, call, people);
      if (!named)
        return { text: 'What may go on? Write: /resume, /resume here, /resume tools or /resume USER' };
      // Somebody may have paused it on this platform alone.
      const narrower: Subject[] =
        named.what === 'agent' || named.what === 'tools'
          ? [{ what: named.what === 'agent' ? 'place' : 'tools', agentId, connector }]
          : [];
      let resumed = false;
      for (const subject of [named, ...narrower])
        if ((await operations.call('switches.resume', subject, principal)).resumed) resumed = true;
      if (resumed) return { text: `${described(named, agent.character.name)} no longer paused.` };
      return { text: 'Nothing of that is paused, or it is not yours to resume.' };
    },
  };
}
