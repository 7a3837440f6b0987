import { describe, expect, it } from 'vitest';
import { noRedisServer } from '../support/redis.js';
import { runSideBySide } from './side-by-side.js';

describe.skipIf(noRedisServer)(
  noRedisServer
    ? `old and new hubs side by side (skipped: ${noRedisServer})`
    : 'old and new hubs side by side, each worker killed once',
  () => {
    it('lose nothing, answer nothing twice, keep the order and repeat no action', async () => {
      const { broken, figures, notes, turns } = await runSideBySide(500, 40);
      expect(broken, notes.join('; ')).toEqual([]);
      expect(figures).toMatchObject({ sent: 500, kills: 2, lost: 0, outOfOrder: 0, overlapping: 0 });
      expect(figures).toMatchObject({ unanswered: 0, duplicateReplies: 0, actionsTwice: 0 });
      expect(turns.old).toBeGreaterThan(20);
      expect(turns.new).toBeGreaterThan(20);
    }, 120_000);
  },
);
