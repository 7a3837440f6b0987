/**
 * A gateway, a worker or both on shared engines, with a model that takes BENCH_MODEL_MS. Prints where it listens;
 * then, for every line it is sent, what it has asked of the database since the last one.
 */
import { createInterface } from 'node:readline';
import { readConfig } from '../../dist/src/config.js';
import { startHub, startWorker } from '../../dist/src/hub.js';
import type { LanguageModel } from '../../dist/src/llm/llm.js';
import { createLogger } from '../../dist/src/logger.js';
import { instantModel } from './instant.js';

/** One command to the database, in ms of this machine's clock. */
export interface Trip {
  name: string;
  from: number;
  to: number;
}

let trips: Trip[] = [];
const begun = new Map<number, Trip>();
const now = () => performance.timeOrigin + performance.now();

const modelMs = Number(process.env.BENCH_MODEL_MS ?? 0);
const model: LanguageModel = {
  ...instantModel,
  async *stream(request, signal) {
    if (modelMs > 0) await new Promise((resolve) => setTimeout(resolve, modelMs));
    yield* instantModel.stream(request, signal);
  },
};

const overrides = {
  model: () => model,
  embedder: null,
  database: {
    onCommand: ({ requestId, commandName }: { requestId: number; commandName: string }) => {
      const trip = { name: commandName, from: now(), to: Number.POSITIVE_INFINITY };
      begun.set(requestId, trip);
      trips.push(trip);
    },
    onAnswer: ({ requestId }: { requestId: number }) => {
      const trip = begun.get(requestId);
      if (trip) trip.to = now();
      begun.delete(requestId);
    },
  },
};

const { BENCH_MODEL_MS: _, ...env } = process.env;
const config = readConfig(env);
const log = createLogger('error');
const token =
  config.role === 'worker'
    ? await startWorker(config, log, overrides).then(({ url }) => ({ url, token: '' }))
    : await startHub(config, log, overrides).then((hub) => ({ url: hub.url, token: hub.token.secret }));
process.stdout.write(`${JSON.stringify(token)}\n`);
createInterface(process.stdin).on('line', () => {
  process.stdout.write(`${JSON.stringify(trips)}\n`);
  trips = [];
});
