/** A hub process that is killed while it fetches what Slack was told it has. */
import { afterEach, expect, it } from 'vitest';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';
import { Home } from '../../support/hub.js';
import { HubProcess } from '../../support/hub-process.js';
import { until } from '../../support/until.js';

let home: Home;
let hub: HubProcess;
let slack: SlackServer;
afterEach(async () => {
  await hub.end('SIGKILL');
  await home.dispose();
  await slack.stop();
});

it('[slack.7] answers a message once whose file was being fetched when the hub was killed', async () => {
  slack = await startSlackServer({ retriesMs: [] });
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: 'Ada answers.', connectors: { slack: { dm: 'open' } } });
  const bot = { SLACK_BOT_TOKEN: slack.bot.token, SLACK_APP_TOKEN: slack.app.appToken };
  hub = new HubProcess({ ...home.settings({ ...bot, SLACK_API_URL: slack.apiUrl }), HOME: home.folder });
  await hub.start();
  await until(() => slack.sockets.connected === 1, 20_000);
  slack.faults.on('download', { delayMs: 60_000, drop: true });
  const files = [{ name: 'plan.txt', mimetype: 'text/plain', bytes: Buffer.from('bring a ladder') }];
  const said = slack.people.say({ channel: 'D0ALICE', user: 'U0ALICE', text: 'look', files });
  expect(await said.acked).toBe(true);
  expect(slack.team.shown()).toEqual([]);
  await hub.end('SIGKILL');
  slack.faults.clear();
  await hub.start();
  await until(() => slack.team.shown().length === 1, 30_000);
  expect(slack.fetched).toHaveLength(2);
  await slack.people.announce(said.message);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(slack.team.shown()).toHaveLength(1);
}, 120_000);
