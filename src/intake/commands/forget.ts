import type { Caller } from '../../operations/operations.js';
import type { Buttons } from '../buttons.js';
import type { Call, Command } from './command.js';

/**
 * What the hub remembers of who asks: in a direct conversation everything, in a group what they said themselves,
 * the replies to that, and facts kept from it. Messages that still wait for their answer stay.
 */
export function forget(operations: Caller, buttons: Buttons): Command {
  return {
    name: 'forget',
    about: 'forget what I remember of you here',
    async run(call) {
      const { connector, tenant, userId, agentId, scope } = call.principal;
      const sure = /^yes\b/i.test(call.args);
      const input = { connector, tenant, userId, agentId, scope, askedAt: call.givenAt, count: !sure };
      const { memories } = await operations.call('people.forget', input, call.principal);
      if (memories === 0) return { text: 'There is nothing that I remember of you here.' };
      return sure ? { text: `Forgotten: ${counted(memories)}.` } : confirmation(call, memories, buttons);
    },
  };
}

async function confirmation({ message, principal, settings }: Call, count: number, buttons: Buttons) {
  const { author, direct } = message;
  const { agentId, roomId } = principal;
  const button = await buttons.mint({
    ...{ agentId, roomId, user: author.id, direct },
    ...{ label: 'Forget it', text: '/forget yes', style: 'danger', command: true },
  });
  return {
    text: `This makes me forget ${counted(count)} for good. To go on, ${settings.commands ? 'write: /forget yes' : 'press the button.'}`,
    buttons: [button],
  };
}

function counted(count: number): string {
  return count === 1 ? 'one memory' : `${count} memories`;
}
