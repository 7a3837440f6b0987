/** A hub with an instant model, for the load over HTTP; prints its address and token. */

import { readConfig } from '../../dist/src/config.js';
import { startHub } from '../../dist/src/hub.js';
import { createLogger } from '../../dist/src/logger.js';
import { instantModel } from './instant.js';

const hub = await startHub(readConfig(process.env), createLogger('silent'), {
  model: () => instantModel,
  embedder: null,
});
process.stdout.write(`${JSON.stringify({ url: hub.url, token: hub.token.secret })}\n`);
