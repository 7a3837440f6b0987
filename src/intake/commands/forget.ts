import type { Memory } from '../../core/memory.js';
import type { MemoryStore } from '../../store/memory-store.js';
import type { Buttons } from '../buttons.js';
import type { Call, Command } from './command.js';

const batch = 500;

/**
 * What the hub remembers of who asks: in a direct conversation everything, in a group what they said themselves,
 * the replies to that, and facts kept from it. Messages that still wait for their answer stay.
 */
export function forget(memories: MemoryStore, buttons: Buttons): Command {
  return {
    name: 'forget',
    about: 'forget what I remember of you here',
    async run(call) {
      const ids = await ownedBy(call, memories);
      if (ids.length === 0) return { text: 'There is nothing that I remember of you here.' };
      if (!/^yes\b/i.test(call.args)) return confirmation(call, ids.length, buttons);
      let gone = 0;
      for (let at = 0; at < ids.length; at += batch) gone += await memories.forget(ids.slice(at, at + batch));
      return { text: `Forgotten: ${counted(gone)}.` };
    },
  };
}

async function confirmation({ message, agent, roomId }: Call, count: number, buttons: Buttons) {
  const { author, direct, roles } = message;
  const button = await buttons.mint({
    ...{ agentId: agent.id, roomId, user: author.id, direct, roles },
    ...{ label: 'Forget it', text: '/forget yes', style: 'danger' },
  });
  return {
    text: `This makes me forget ${counted(count)} for good. To go on, write: /forget yes`,
    buttons: [button],
  };
}

async function ownedBy({ message, agent, scope }: Call, memories: MemoryStore): Promise<string[]> {
  const owned = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await memories.inScope(agent.id, scope, { limit: batch, cursor });
    for (const memory of page.items) {
      if (memory.status === 'pending') continue;
      if (message.direct || isOf(memory, message.author.id, owned)) owned.add(memory.id);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return [...owned];
}

function isOf({ role, author, content }: Memory, user: string, owned: ReadonlySet<string>): boolean {
  if (role === 'assistant') return content.replyTo !== null && owned.has(content.replyTo);
  return author.id === user;
}

function counted(count: number): string {
  return count === 1 ? 'one memory' : `${count} memories`;
}
