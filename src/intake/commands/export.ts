import { FatalError } from '../../errors.js';
import type { Caller } from '../../operations/operations.js';
import type { fileSender } from '../file-sender.js';
import type { Command } from './command.js';
import { accountOf } from './link.js';

export type SendFile = ReturnType<typeof fileSender>;

/** Platforms take larger ones from few. */
const mostBytes = 8 * 2 ** 20;

/** All that the hub holds of who asks, as a file that nobody else sees. */
export function exported(operations: Caller, send: SendFile): Command {
  return {
    name: 'export',
    about: 'all that I hold of you, as a file; only where we are alone',
    async run({ message, principal, givenAt }) {
      if (!message.direct)
        return { text: 'Others would read it here. Write /export to me where we are alone.' };
      if (message.source.pull)
        return {
          text: 'No file can be sent here. Ask the operators of this agent: GET /people/export gives it to them.',
        };
      const asked = { account: accountOf(principal), files: false };
      const { lines, name } = await operations.call('people.export', asked, principal);
      const parts: Buffer[] = [];
      let size = 0;
      for await (const line of lines) {
        size += Buffer.byteLength(line);
        if (size > mostBytes)
          throw new FatalError(
            'quota_exceeded',
            'It is more than a message can carry. Ask the operators of this agent for it.',
          );
        parts.push(Buffer.from(line));
      }
      const text = 'This is what I hold of you, a line of JSON each. Files that you sent are named in it.';
      const file = { bytes: Buffer.concat(parts), name, mediaType: 'application/x-ndjson' };
      await send(message, file, text, `export:${principal.userId}:${givenAt}`);
      return { text: 'I send it to you as a file.' };
    },
  };
}
