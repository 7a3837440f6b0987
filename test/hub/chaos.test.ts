import { describe, expect, it } from 'vitest';
import { runChaos } from '../chaos/run.js';
import { noRedisServer } from '../support/redis.js';

describe.skipIf(noRedisServer)(
  noRedisServer
    ? `chaos (skipped: ${noRedisServer})`
    : 'while workers, gateways, Redis and the database are killed',
  () => {
    it('the promises hold', async () => {
      const verdict = await runChaos({ messages: 300, rooms: 12, seed: 7, patienceMs: 120_000 });
      expect(verdict.broken, verdict.notes.join('; ')).toEqual([]);
      expect(verdict.figures).toMatchObject({ sent: 300, lost: 0, outOfOrder: 0, overlapping: 0 });
      expect(verdict.figures).toMatchObject({ unanswered: 0, actionsTwice: 0 });
      // A worker every two seconds, a gateway, Redis and the database; fewer workers where they start slowly.
      expect(verdict.figures.kills).toBeGreaterThanOrEqual(5);
    }, 300_000);
  },
);
