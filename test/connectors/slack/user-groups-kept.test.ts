/** How long user groups are kept, by processes that hear of changes and by those that do not. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { slackConnector } from '../../../connectors/slack/connector.js';
import type { Connector } from '../../../src/extension-api.js';
import { FakeHost } from '../../../src/testing/host.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';

let slack: SlackServer;
let started: Connector[];

beforeEach(async () => {
  slack = await startSlackServer({ retriesMs: [50] });
  started = [];
  await slack.people.regroup('S0STAFF', ['U0ALICE']);
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(started.map((connector) => connector.stop()));
  await slack.stop();
});

/** One process of a hub; the socket is open in the one whose host `hears`. */
async function process(host: FakeHost, hears: boolean): Promise<() => Promise<string[]>> {
  const { apiUrl, bot, app } = slack;
  const connector = slackConnector({ agentId: 'eliza', apiUrl, botToken: bot.token, appToken: app.appToken });
  started.push(connector);
  await connector.start(host);
  if (hears) await connector.connection!.open();
  const who = { tenant: 'T0TEAM', userId: 'U0ALICE' };
  return () => connector.groupsOf!(who, AbortSignal.timeout(5000));
}

describe('the user groups of a workspace', () => {
  it('[governed.9] are asked for anew in every process once one hears of a change', async () => {
    const host = new FakeHost();
    const one = await process(host, true);
    const other = await process(Object.assign(new FakeHost(), { notes: host.notes }), false);
    expect([await one(), await other()]).toEqual([['S0STAFF'], ['S0STAFF']]);
    await slack.people.regroup('S0STAFF', []);
    expect([await one(), await other()]).toEqual([[], []]);
    expect([await one(), await other()]).toEqual([[], []]);
    expect(slack.count('usergroups.list')).toBe(4);
  });

  it('[governed.9] are kept for half a minute where nobody hears of changes', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    slack.unsubscribed.add('subteam_updated').add('subteam_members_changed');
    const groups = await process(new FakeHost(), true);
    expect(await groups()).toEqual(['S0STAFF']);
    await slack.people.regroup('S0STAFF', []);
    vi.advanceTimersByTime(29_000);
    expect(await groups()).toEqual(['S0STAFF']);
    vi.advanceTimersByTime(1001);
    expect(await groups()).toEqual([]);
  });

  it('of a list that is longer than Slack tells are asked for group by group', async () => {
    const many = Array.from({ length: 501 }, (_, n) => `U0${n}`);
    await slack.people.regroup('S0MANY', [...many, 'U0ALICE']);
    const groups = await process(new FakeHost(), false);
    expect(await groups()).toEqual(['S0STAFF', 'S0MANY']);
    expect(slack.count('usergroups.users.list')).toBe(1);
  });
});
