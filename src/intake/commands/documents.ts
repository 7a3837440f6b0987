import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

const shown = 50;

export function documents(operations: Caller): Command {
  return {
    name: 'documents',
    about: 'the documents I answer from here: /documents, /documents remove ID',
    async run({ args, principal }) {
      const [, id] = /^remove\s+(\S{1,64})$/.exec(args) ?? [];
      if (id !== undefined) {
        await operations.call('documents.remove', { id }, principal);
        return { text: 'It is gone, with all that I knew from it.' };
      }
      if (args !== '') return { text: 'Write: /documents, or /documents remove ID' };
      const { agentId, roomId } = principal;
      const all = [];
      let cursor: string | undefined;
      do {
        const input = { agentId, roomId, limit: 200, ...(cursor !== undefined && { cursor }) };
        const page = await operations.call('documents.list', input, principal);
        all.push(...page.documents);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && all.length < shown);
      if (all.length === 0) return { text: 'There are no documents here.' };
      const lines = all.slice(0, shown).map(({ id, name, state, problems, own }) => {
        const how = [state !== 'ready' && state, own && `kept here, \`${id}\``, ...problems].filter(Boolean);
        return `- ${name.replace(/[[\]<*`_|~\\@]+/g, ' ')}${how.length > 0 ? ` (${how.join('; ')})` : ''}`;
      });
      const more = all.length > shown || cursor !== undefined ? ['And more.'] : [];
      const some = all.some(({ own }) => own)
        ? ['To take away one that is kept here: /documents remove ID']
        : [];
      return { text: [...lines, ...more, ...some].join('\n') };
    },
  };
}
