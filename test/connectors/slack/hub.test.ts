/** A whole hub with a Slack connector: what people see in the end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slackConnector } from '../../../connectors/slack/connector.js';
import type { Hub } from '../../../src/hub.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';
import { Home } from '../../support/hub.js';
import { scriptedModel } from '../../support/model.js';
import { until } from '../../support/until.js';

describe('a hub on Slack', () => {
  let slack: SlackServer;
  let home: Home;
  let hub: Hub;

  beforeEach(async () => {
    slack = await startSlackServer({ inOrder: true, retriesMs: [100, 500, 2000, 5000, 10_000] });
    home = new Home();
    home.character('assistant', {
      name: 'Ada',
      bio: 'A helpful assistant.',
      connectors: { slack: { dm: 'open', groups: 'mention' } },
    });
    hub = await start();
  });

  afterEach(async () => {
    await home.dispose();
    await slack.stop();
  });

  it('answers each message once and in order, over a cut connection and a restart', async () => {
    const bot = `<@${slack.bot.botUserId}>`;
    const { message: parent } = slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text: `${bot} n0` });
    await until(() => slack.team.shown('C0LOBBY').length === 1);
    for (let i = 1; i <= 12; i += 1) {
      slack.people.say({ channel: 'C0LOBBY', user: 'U0BOB', text: `${bot} n${i}`, threadTs: parent.ts });
      slack.people.say({ channel: 'D0ALICE', user: 'U0ALICE', text: `d${i}` });
      if (i === 4) slack.sockets.cut();
      if (i === 8) {
        await hub.stop();
        hub = await start();
      }
    }
    const said = (channel: string) =>
      slack.team
        .shown(channel)
        .join(' ')
        .match(/[nd]\d+/g) ?? [];
    await until(() => said('C0LOBBY').length >= 13 && said('D0ALICE').length >= 12, 40_000);
    await until(() => slack.events.open === 0, 20_000);
    expect(said('C0LOBBY')).toEqual(Array.from({ length: 13 }, (_, i) => `n${i}`));
    expect(said('D0ALICE')).toEqual(Array.from({ length: 12 }, (_, i) => `d${i + 1}`));
  }, 80_000);

  it('says nothing where it is not spoken to, and obeys commands', async () => {
    await slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text: 'lovely weather' }).acked;
    expect(await slack.people.command('U0ALICE', 'D0ALICE', '/carrier', 'help')).toBe(true);
    await until(() => slack.team.ephemerals.length === 1);
    expect(slack.team.ephemerals[0]!.text).toContain('/stop');
    expect(slack.team.shown()).toEqual([]);
  });

  it('tells operators when the socket is away', async () => {
    const health = async () => {
      const ready = (await (await fetch(`${hub.url}/readyz`)).json()) as {
        connections: Record<string, string>;
      };
      return Object.values(ready.connections);
    };
    await until(async () => (await health()).join() === 'ok');
    slack.sockets.refusing = true;
    slack.sockets.cut();
    await until(async () => /socket|reconnecting/.test((await health()).join()));
    slack.sockets.refusing = false;
    await until(async () => (await health()).join() === 'ok', 20_000);
  }, 40_000);

  async function start(): Promise<Hub> {
    const model = scriptedModel(({ messages }) => {
      // All that came since the last answer: a burst is one turn.
      const since = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
      return `re: ${(
        since
          .map(({ text }) => text)
          .join(' ')
          .match(/\b[nd]\d+/g) ?? []
      ).join(' ')}`;
    });
    const connector = slackConnector({
      agentId: 'assistant',
      apiUrl: slack.apiUrl,
      botToken: slack.bot.token,
      appToken: slack.app.appToken,
    });
    return home.hub({ connectors: [connector], model: () => model });
  }
});
