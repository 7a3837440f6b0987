/** One hub of the cluster, a process of its own: the real one, but for the model. Prints its address, and a gateway its token. */

import { readConfig } from '../../src/config.js';
import { startHub, startWorker } from '../../src/hub.js';
import { createLogger } from '../../src/logger.js';
import { noteDeadWrites } from './dead-writes.js';
import { chaosModel, chaosPlugin } from './model.js';
import { Random } from './random.js';

const { CHAOS_JOURNAL = '', CHAOS_SEED = '', CHAOS_NAME = '', ...settings } = process.env;
const random = new Random(Number(CHAOS_SEED), CHAOS_NAME);

const { port } = new URL(settings.MONGODB_URL!);
noteDeadWrites(CHAOS_JOURNAL, Number(port));

// A driver that dies leaves nobody behind.
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));

const config = readConfig(settings);
const model = chaosModel(CHAOS_JOURNAL, random);
const log = createLogger(config.logLevel);
const overrides = {
  model: () => model,
  embedder: null,
  plugins: [chaosPlugin(CHAOS_JOURNAL, random)],
};
if (config.role === 'worker') {
  const { url } = await startWorker(config, log, overrides);
  process.stdout.write(`${JSON.stringify({ url })}\n`);
} else {
  const { url, token } = await startHub(config, log, overrides);
  process.stdout.write(`${JSON.stringify({ url, token: token.secret })}\n`);
}
