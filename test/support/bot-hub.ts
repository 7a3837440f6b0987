/** A gateway whose one connector holds a connection under a bot's token, and notes in a file when it is open. */
import { appendFileSync } from 'node:fs';
import { readConfig } from '../../dist/src/config.js';
import { startHub } from '../../dist/src/hub.js';
import { createLogger } from '../../dist/src/logger.js';
import type { Connector } from '../../src/extension-api.js';

const { JOURNAL = '', ...env } = process.env;
const note = (what: string) =>
  appendFileSync(JOURNAL, `${JSON.stringify({ pid: process.pid, what, at: Date.now() })}\n`);

const bot: Connector = {
  name: 'bot',
  connection: {
    id: 'bot:1',
    open: async () => note('open'),
    close: async () => note('close'),
    health: () => 'ok',
  },
  start: async () => {},
  stop: async () => {},
};

const hub = await startHub(readConfig(env), createLogger('info'), { connectors: [bot] });
process.stdout.write(`ready at ${hub.url}\n`);
process.on('SIGTERM', () => void hub.stop().then(() => process.exit(0)));
