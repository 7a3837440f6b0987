import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/extension-api.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';

/** Longer than a run goes by a lock of 10 s that is not renewed. */
const frozenMs = 8_500;

describe.skipIf(noRedis)(
  noRedis ? `a frozen worker (skipped: ${noRedis})` : 'a worker that was frozen past its hold',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    const home = new Home();
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    });
    afterAll(async () => {
      await home.dispose();
      await redis?.stop();
      await mongo?.stop();
    });

    it('neither commits what it was writing nor takes the action it was about to take', async () => {
      home.character('assistant', { name: 'Ada', bio: 'Steady.', plugins: ['ledger'] });
      const keys: string[] = [];
      const write = defineAction({
        name: 'write',
        description: 'Writes into the ledger.',
        parameters: z.object({}),
        async run(_, { idempotencyKey }) {
          keys.push(idempotencyKey);
          return 'written';
        },
      });
      let thaw = () => {};
      const both = new Promise<void>((resolve) => {
        thaw = resolve;
      });
      const asked: string[] = [];
      const model = scriptedModel(async (request) => {
        const said = lastSaid(request);
        asked.push(said);
        const first = asked.filter((earlier) => earlier === said).length === 1;
        if (asked.length === 2) {
          // As a stopped process: no code of ours runs, nothing is renewed, and the clock goes on.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, frozenMs);
          thaw();
        }
        if (first) await both;
        const acted = request.messages.some(({ role }) => role === 'tool');
        if (said === 'act' && !acted)
          return { calls: [{ name: 'write', arguments: '{}', id: first ? 'frozen' : 'thawed' }] };
        return first ? 'frozen' : 'thawed';
      });
      const plugins = [{ name: 'ledger', actions: [write] }];
      const hub = await home.hub(
        { model: () => model, plugins },
        { REDIS_URL: redis.url, ...mongo.settings('frozen') },
      );
      const client = api(hub.url, hub.token.secret);
      const [answer, act] = await Promise.all(
        ['answer', 'act'].map((text) =>
          client.send('assistant', { text, userId: 'alice', roomId: text, messageId: text }),
        ),
      );
      expect(answer!.reply!.text).toBe('thawed');
      expect(act!.reply!.text).toBe('thawed');
      expect(act!.reply!.actions).toHaveLength(1);
      expect(keys).toHaveLength(1);
      expect(asked.filter((said) => said === 'answer')).toHaveLength(2);
    }, 60_000);
  },
);
