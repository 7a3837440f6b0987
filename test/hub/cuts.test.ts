import { describe, expect, it } from 'vitest';
import { runCuts } from '../chaos/cuts.js';
import { noRedisServer } from '../support/redis.js';

describe.skipIf(noRedisServer)(
  noRedisServer
    ? `cut connections (skipped: ${noRedisServer})`
    : 'while connections to the database are cut in the middle of commands',
  () => {
    it('[mongodb.1] [mongodb.2] nothing is lost, comes twice or out of order, and all is answered', async () => {
      const verdict = await runCuts({ messages: 60, rooms: 6, seconds: 6, seed: 5, awayMs: 0 });
      expect(verdict.broken, verdict.notes.join('; ')).toEqual([]);
      expect(verdict.figures).toMatchObject({ sent: 60, lost: 0, outOfOrder: 0, unanswered: 0 });
      expect(verdict.figures.cutsInCommands).toBeGreaterThanOrEqual(10);
    }, 240_000);
  },
);
