/** A whole hub whose model answers at once, but to whoever says "slow": that one hangs. Prints where it listens. */
import { readConfig } from '../../dist/src/config.js';
import { startHub } from '../../dist/src/hub.js';
import type { LanguageModel } from '../../dist/src/llm/llm.js';
import { createLogger } from '../../dist/src/logger.js';
import { instantModel } from './instant.js';

const model: LanguageModel = {
  ...instantModel,
  async *stream(request, signal) {
    if (JSON.stringify(request.messages.at(-1)).includes('slow'))
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    yield* instantModel.stream(request, signal);
  },
};

const overrides = { model: () => model, embedder: null };
const { url, token } = await startHub(readConfig(process.env), createLogger('silent'), overrides);
process.stdout.write(`${JSON.stringify({ url, token: token.secret })}\n`);
