/** `carrier copy --yes` that is killed when so many messages are there. */
import { readConfig } from '../../dist/src/config.js';
import { copyStore } from '../../dist/src/copying.js';
import { createLogger } from '../../dist/src/logger.js';

const [settings, most] = process.argv.slice(2);
await copyStore(readConfig(JSON.parse(settings)), createLogger('silent'), {
  found() {},
  done(part, count) {
    if (part === 'entries' && count >= Number(most)) process.kill(process.pid, 'SIGKILL');
  },
});
