/** A turn that ends its process is tried a bounded number of times, and what ran beside it is answered. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, api } from '../support/api.js';
import { writeBank } from '../support/bank.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';

onBothStores('a turn that ends its process', (engines) => {
  let home: Home;
  let hub: HubProcess;
  let bank: ReturnType<typeof writeBank>;
  beforeEach(() => {
    home = new Home();
    bank = writeBank(home.characters);
    home.character('assistant', { name: 'Ada', bio: '.', plugins: ['./bank.js'] });
    const env = { ...engines(), CARRIER_SWEEP_MS: '200' };
    hub = new HubProcess({ ...home.settings(env), HOME: home.folder });
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await home.dispose();
  });

  it('fails after three tries, and the person is told; innocent rooms are answered', async () => {
    const ask = (client: Api, text: string, roomId: string) =>
      client
        .post('assistant', { text, userId: roomId, roomId, messageId: roomId })
        .then(async (response) => ({ status: response.status, body: (await response.json()) as Answered }))
        .catch(() => null);
    let starts = 0;
    const rooms = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (; starts < 12; starts++) {
      const client = await hub.start().then(
        (url) => api(url, hub.token),
        () => null,
      );
      // It may end before it says that it is there: what was pending is taken up first.
      if (!client) continue;
      const answers = await Promise.all([
        ask(client, 'explode', 'mine'),
        ...rooms.map((room) => ask(client, 'hello', room)),
      ]);
      const [mine, ...others] = answers;
      if (mine === null || others.some((answer) => answer === null)) {
        await hub.end('SIGKILL');
        continue;
      }
      expect(mine).toMatchObject({ status: 502, body: { error: { code: 'turn_crashed' } } });
      for (const other of others) expect(other).toMatchObject({ status: 200 });
      const page = await client.get('/turns?status=failed');
      expect(await page.json()).toMatchObject({ turns: [{ error: { code: 'turn_crashed' } }] });
      break;
    }
    // The first was no suspect; three were counted.
    const exploded = bank.ledger().filter(({ did }) => did === 'explode');
    expect(exploded).toHaveLength(4);
    // It may be repeated, and its service can know it by its key.
    expect(new Set(exploded.map(({ key }) => key)).size).toBe(1);
    expect(starts).toBe(4);
  }, 120_000);
});

interface Answered {
  error?: { code: string };
}
