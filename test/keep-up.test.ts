/** What is done now and then must not hold up a hub that stops. */
import { expect, it } from 'vitest';
import { keepUp } from '../src/keep-up.js';
import { createLogger } from '../src/logger.js';
import { InProcessMaintenance } from '../src/maintenance/in-process.js';
import { until } from './support/until.js';

const log = createLogger('silent');

it('waits at the end for nothing that is stopped by itself: a model may take long over facts, summaries, documents and vectors', async () => {
  const begun: string[] = [];
  /** It goes on until whoever owns it ends it. */
  const hang = (what: string) => () => {
    begun.push(what);
    return new Promise<never>(() => {});
  };
  const maintenance = new InProcessMaintenance({ firstMs: 1, log });
  const nothing = async () => {};
  keepUp({
    engines: { maintenance, store: { records: {}, memories: {}, files: { sweep: nothing } } },
    ...{ config: { retentionDays: null }, characters: { list: () => [] }, now: Date.now, log },
    embedding: { fill: hang('vectors'), dropAbandoned: nothing },
    conversations: { pump: hang('summaries') },
    extraction: { start() {}, look: hang('facts') },
    characterSources: { look: nothing },
    knowledge: { readings: { look: hang('documents') } },
  } as unknown as Parameters<typeof keepUp>[0]);
  await until(() => begun.length === 4);
  await maintenance.close();
  expect(begun.sort()).toEqual(['documents', 'facts', 'summaries', 'vectors']);
});
