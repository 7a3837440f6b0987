/** Must show 5: the hub is killed while its platform is away, and what it owed is delivered after its restart. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import type { Chat } from '../platforms/telegram/world.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

onBothStores('a hub that is killed while its platform is away', (engines) => {
  let home: Home;
  let server: TelegramServer;
  let hub: HubProcess;
  beforeEach(async () => {
    home = new Home();
    server = await startTelegramServer();
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [], connectors: { telegram: { dm: 'open' } } },
      // The offline model gives these replies.
      examples: ['one', 'two', 'three'].map((word) => ({ user: `say ${word}`, reply: `here is ${word}` })),
    });
    const bot = { TELEGRAM_TOKEN: server.token, TELEGRAM_API_URL: server.url, CARRIER_STREAMING: 'false' };
    // The usual pauses: half a second, doubling.
    const settings = { ...home.settings(engines()), ...bot, CARRIER_RETRY_BASE_MS: '500' };
    hub = new HubProcess({ ...settings, HOME: home.folder });
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await server.stop();
    await home.dispose();
  });

  const said = (chat: Chat) => server.said(chat).map(({ text }) => text);
  const tries = () => server.calls.filter(({ method }) => method === 'sendMessage').length;

  it.each([
    ['502', { status: 502, page: '<html>Bad Gateway</html>' }],
    ['cut connections', { drop: 'before' }],
    ['429 with retry_after 1', { status: 429, retryAfter: 1 }],
  ] as const)(
    '[delivery.2] with %s delivers each reply once and in order when both are back',
    async (_, fault) => {
      const { get } = api(await hub.start(), hub.token);
      const waiting = async () =>
        ((await (await get('/deliveries?state=waiting')).json()) as { deliveries: unknown[] }).deliveries
          .length;
      server.fail({ method: 'sendMessage', forMs: 3_600_000, ...fault });
      const chats = ['Alice', 'Bob', 'Cy'].map((name) => {
        const user = server.world.user(name);
        return { user, chat: server.world.dm(user) };
      });
      for (const [at, word] of ['one', 'two', 'three'].entries()) {
        for (const { user, chat } of chats) server.people.say(chat, user, `say ${word}`);
        // So that each is a turn of its own.
        await until(async () => (await waiting()) === (at + 1) * chats.length);
      }
      // More than the four tries, and longer than the 3.5 seconds, that once were all.
      await until(() => tries() >= 12);
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      await hub.end('SIGKILL');
      const before = tries();
      await hub.start();
      await until(() => tries() > before);
      expect(chats.flatMap(({ chat }) => said(chat))).toEqual([]);
      server.heal();
      await until(() => chats.every(({ chat }) => said(chat).length === 3), 30_000);
      for (const { chat } of chats)
        expect(said(chat).map((text) => /one|two|three/.exec(text ?? '')?.[0])).toEqual([
          'one',
          'two',
          'three',
        ]);
    },
    60_000,
  );
});
