/** A hub that is killed while it forgets finishes it at its next start. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kept } from '../contract/store/samples.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';
import { scanDatabase, scanFolder } from '../support/word-scan.js';

const many = 600;
const whom = { connector: 'http', userId: 'u1', agentId: 'assistant' };

onBothStores('a hub that is killed while it forgets', (engines) => {
  let home: Home;
  let hub: HubProcess;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await home.dispose();
  });

  it.each([0, 30, 120])(
    'finishes what was confirmed, killed after about %d ms',
    { timeout: 120_000 },
    async (waitMs) => {
      const settings = home.settings({ CARRIER_SWEEP_MS: '500', ...engines() });
      const store = await openStore(settings.CARRIER_DATA_DIR!, settings);
      const place = { agentId: 'assistant', roomId: 'room_killed', scope: 'user_killed' };
      for (let at = 0; at < many; at++) await store.memories.append(kept(`Zephyrine, part ${at}`, place));
      await store.memories.append(kept('hello', { ...place, author: { id: 'u2' } }));
      await store.close();
      hub = new HubProcess({ HOME: home.folder, ...settings });
      const post = async (url: string, path: string, body: object) => {
        const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' };
        const response = await fetch(`${url}${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        return (await response.json()) as { code: string; forgotten: { messages: number } };
      };
      let url = await hub.start();
      const { code } = await post(url, '/memories/preview', {
        ...whom,
        scope: place.scope,
        everything: true,
      });
      const confirmed = post(url, '/memories/forget', { code }).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await hub.end('SIGKILL');
      await confirmed;
      url = await hub.start();
      // Whether it was confirmed in time or is only now, the same code says so.
      expect((await post(url, '/memories/forget', { code })).forgotten.messages).toBe(many);
      const { MONGODB_URL: database, CARRIER_MONGODB_DATABASE: name = '' } = settings;
      await until(
        async () =>
          scanFolder(settings.CARRIER_DATA_DIR!, ['Zephyrine']).length === 0 &&
          (!database || (await scanDatabase(database, name, ['Zephyrine'])).length === 0),
        20_000,
      );
      await hub.end('SIGTERM');
      const after = await openStore(settings.CARRIER_DATA_DIR!, settings);
      expect(await after.memories.count('assistant', [place.scope])).toBe(1);
      await after.close();
    },
  );
});
