/** What the gate of a real hub refuses costs Slack nothing: its requests are counted where they arrive. */
import { afterEach, describe, expect, it } from 'vitest';
import { slackConnector } from '../../../connectors/slack/connector.js';
import { TestHub } from '../../../src/testing/hub.js';
import type { Saying } from '../../platforms/slack/person.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';
import { until } from '../../support/until.js';

const files = [{ name: 'a.txt', mimetype: 'text/plain', bytes: Buffer.from('one, two') }];
const lookups = ['users.info', 'conversations.info', 'files.info'];

describe('what the gate refuses on Slack', () => {
  let slack: SlackServer;
  let hub: TestHub;

  const open = async (gate: Record<string, unknown> = {}) => {
    slack = await startSlackServer({ retriesMs: [50, 200] });
    slack.team.addUser('U0ROBOT', 'Robot', true);
    const { apiUrl, bot, app } = slack;
    hub = await TestHub.open(
      () => slackConnector({ agentId: 'eliza', apiUrl, botToken: bot.token, appToken: app.appToken }),
      { gate },
    );
    hub.model.answer = 'Well.';
  };
  const asked = () =>
    slack.fetched.length + slack.calls.filter(({ method }) => lookups.includes(method)).length;
  const say = (saying: Partial<Saying>) =>
    slack.people.say({ channel: 'C0LOBBY', user: 'U0ALICE', text: 'look <@U0BOB> <#C0ATTIC>', ...saying });
  const mention = () => `<@${slack.bot.botUserId}> look, <@U0BOB>`;

  afterEach(async () => {
    await hub.close();
    await slack.stop();
  });

  /** Nothing asked of Slack, nothing kept. */
  async function isNothing() {
    expect(asked()).toBe(0);
    expect(hub.seen.calls).toMatchObject({ complete: 0, putFile: 0 });
    expect(await hub.memories()).toEqual([]);
    expect(await hub.seen.host.notes.get('places:eliza')).toBeNull();
  }

  it('[discord.16] is not fetched: a stranger’s direct message with a file', async () => {
    await open();
    expect(await say({ channel: 'D0ALICE', files }).acked).toBe(true);
    await isNothing();
  });

  it('[discord.16] is not fetched: talk among others', async () => {
    await open();
    expect(await say({ files }).acked).toBe(true);
    const attachments = [{ is_share: true, text: 'says <@U0BOB>', channel_id: 'C0ATTIC', ts: '1.000001' }];
    expect(await say({ attachments }).acked).toBe(true);
    await isNothing();
  });

  it('[discord.16] is not fetched: what a bot says', async () => {
    await open();
    const said = { channel: 'C0LOBBY', user: 'U0ROBOT', botId: 'B0ROBOT', text: mention() };
    await slack.people.announce(
      slack.team.add({ ...said, files: [slack.people.store({ ...files[0]!, mediaType: 'text/plain' })] }),
    );
    await isNothing();
  });

  it('[discord.16] is not fetched: what somebody says who is denied, or a place that is', async () => {
    await open({ dm: 'open', deny: { users: ['U0ALICE'], channels: ['C0ATTIC'] } });
    expect(await say({ text: mention(), files }).acked).toBe(true);
    expect(await say({ channel: 'D0ALICE', files }).acked).toBe(true);
    expect(await say({ channel: 'C0ATTIC', user: 'U0BOB', text: mention(), files }).acked).toBe(true);
    await slack.people.command('U0ALICE', 'C0LOBBY', '/carrier', 'status');
    await isNothing();
  });

  it('[discord.16] is not looked up: a file and a person of another organisation', async () => {
    await open();
    const file = { id: 'F0FAR', file_access: 'check_file_info' };
    const far = { type: 'message', user: 'U0FAR', user_team: 'T0FAR', source_team: 'T0FAR', text: 'look' };
    const { team, emit } = slack;
    for (const channel of ['D0ALICE', 'C0LOBBY'])
      await emit(team, { ...far, channel, subtype: 'file_share', files: [file], ts: team.nextTs() });
    await isNothing();
  });

  it('[security.8] asks nobody’s name for an edit or a reaction', async () => {
    await open();
    await say({ text: mention(), files }).acked;
    const { people, team } = slack;
    await until(() => team.ofApp().length === 1 && asked() > 0);
    const before = asked();
    expect(await people.react(team.ofApp()[0]!, 'U0FAR', 'eyes')).toBe(true);
    const { message } = say({ user: 'U0BOB' });
    expect(await people.edit(message, 'now <@U0FAR>')).toBe(true);
    expect(asked()).toBe(before);
  });

  it('is fetched where it is let in, once, in the workspace of the bot token', async () => {
    await open();
    const { message, acked } = say({ text: mention(), files });
    expect(await acked).toBe(true);
    await slack.people.announce(message);
    const [memory] = await hub.received();
    expect(memory).toMatchObject({ content: { text: 'look, @Bob', attachments: [{ name: 'a.txt' }] } });
    expect(memory!.author.name).toBe('Alice');
    expect(slack.fetched).toHaveLength(1);
    expect(hub.seen.inbound[0]).toMatchObject({ home: true, author: { id: 'U0ALICE' } });
    expect(hub.seen.inbound[0]!.author.name).toBeUndefined();
    await slack.people.edit(message, `<@${slack.bot.botUserId}> look, <@U0ALICE> and <#C0ATTIC>`);
    expect((await hub.received())[0]!.content.text).toBe('look, @Alice and #attic');
  });
});
