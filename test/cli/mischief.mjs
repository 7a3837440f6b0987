/** A connector that does what MISCHIEF_DOES says: `logs`, `throws` or `hangs` when it stops; `crashes` or `rejects` on SIGUSR2. */
import { read } from 'node:fs';
import { z } from 'zod';
import { defineConnector } from '../../dist/src/extension-api.js';

const far = () => new Promise(() => {});

export default defineConnector({
  name: 'mischief',
  startedBy: ['does'],
  settings: z.object({ does: z.string() }),
  create({ agent, settings: { does } }) {
    const log = (host, word) => {
      // More than a pipe holds, in one go: lines are pending when the process ends.
      for (let i = 0; i < 300; i++) host.log.warn({ i, fill: 'x'.repeat(1000) }, word);
    };
    let host;
    return {
      name: 'mischief',
      agentId: agent?.id,
      async start(given) {
        host = given;
        if (does === 'logs') log(host, 'noise');
        // A thread of the process that never comes back, as with a name server that does not answer.
        if (does === 'blocks') read(0, Buffer.alloc(1), 0, 1, null, () => {});
        process.on('SIGUSR2', () => {
          if (does === 'crashes') {
            log(host, 'last words');
            throw new Error('crashed on purpose');
          }
          if (does === 'rejects') {
            Promise.reject(new Error('rejected on purpose'));
            log(host, 'more words');
          }
        });
      },
      async stop() {
        log(host, 'stopping');
        if (does === 'throws') throw new Error('will not stop');
        if (does === 'hangs' || does === 'blocks') await far();
      },
    };
  },
});
