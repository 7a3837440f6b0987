/** What is asked for when a shard has a new session, where other shards went on meanwhile. */
import { expect, it } from 'vitest';
import type { Api } from '../../../connectors/discord/api.js';
import { CatchUp } from '../../../connectors/discord/catch-up.js';
import { Progress } from '../../../connectors/discord/progress.js';
import { snowflakeAt } from '../../../connectors/discord/snowflake.js';
import { KeyedQueue } from '../../../src/extension-api.js';
import { FakeHost } from '../../../src/testing/host.js';

it('[discord.4] a shard that was deaf is told what was said since it heard something', async () => {
  const host = new FakeHost();
  const now = Date.now();
  await host.notes.put('progress:eliza', String(snowflakeAt(now - 600_000)));
  const progress = await Progress.load(host, 'eliza');
  const asked: string[] = [];
  const api = {
    async get(route: string) {
      asked.push(route);
      return [];
    },
  } as unknown as Api;
  const catchUp = new CatchUp({
    ...{ api, host, agentId: 'eliza', signal: new AbortController().signal, queue: new KeyedQueue() },
    ...{ progress, silentMs: 120_000, take: async () => {} },
  });
  await catchUp.load();
  catchUp.ready(0, []);
  const session = (lastSaid: number) => {
    catchUp.ready(1, [{ id: '7' }]);
    const channels = [{ id: '70', last_message_id: String(snowflakeAt(lastSaid)) }];
    catchUp.guild({ id: '7', channels, threads: [] } as never);
  };
  session(now - 700_000);
  // Another shard hears of something, and this one is deaf.
  await new Promise((resolve) => setTimeout(resolve, 20));
  progress.begin(snowflakeAt(now))();
  session(now - 60_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual(['/channels/70/messages']);
  // What was told long before is not asked for again.
  session(now - 300_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toHaveLength(1);
});
