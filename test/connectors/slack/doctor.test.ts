import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnoseSlack } from '../../../connectors/slack/doctor.js';
import { type SlackServer, startSlackServer } from '../../platforms/slack/server.js';

describe('the doctor for Slack', () => {
  let slack: SlackServer;
  let healthy: Parameters<typeof diagnoseSlack>[0];

  beforeEach(async () => {
    slack = await startSlackServer();
    healthy = { apiUrl: slack.apiUrl, botToken: slack.bot.token, appToken: slack.app.appToken };
  });

  afterEach(() => slack.stop());

  it('finds nothing where all is well', async () => {
    const results = await diagnoseSlack(healthy);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    const posted = { ...healthy, appToken: undefined, signingSecret: slack.app.signingSecret };
    expect((await diagnoseSlack(posted as typeof healthy)).every(({ ok }) => ok)).toBe(true);
  });

  it('names the fix', async () => {
    const oauth = { botToken: undefined, clientId: '1', clientSecret: '2', installationKey: 'short' };
    const cases: [change: object, check: string, fix: string][] = [
      [{ apiUrl: 'http://127.0.0.1:1/' }, 'reached', 'SLACK_API_URL'],
      [{ botToken: 'xoxb-wrong' }, 'bot token', 'OAuth & Permissions'],
      [{ appToken: 'xapp-wrong' }, 'app token', 'connections:write'],
      [{ appToken: slack.bot.token }, 'app token', 'begin with xapp-'],
      [{ appToken: undefined, signingSecret: 'not hex' }, 'verified', 'Signing Secret'],
      [{ botToken: undefined }, 'install', 'SLACK_BOT_TOKEN'],
      [oauth, 'long enough', 'openssl'],
    ];
    for (const [change, check, fix] of cases) {
      const failed = (await diagnoseSlack({ ...healthy, ...change })).filter(({ ok }) => !ok);
      expect(failed).toEqual([
        { check: expect.stringContaining(check), ok: false, fix: expect.stringContaining(fix) },
      ]);
      expect(JSON.stringify(failed)).not.toContain('for-tests');
    }
  });

  it('names the scope for user groups, which is missed where lists name some', async () => {
    slack.bot.scopes = slack.bot.scopes.filter((scope) => scope !== 'usergroups:read');
    const of = async (namesGroups: boolean) =>
      (await diagnoseSlack({ ...healthy, namesGroups })).find(({ check }) => check.includes('user groups'));
    const fix = expect.stringContaining('usergroups:read (to know who is in a user group');
    expect(await of(true)).toMatchObject({ ok: false, fix });
    expect(await of(false)).toMatchObject({ ok: true, fix });
  });

  it('lists the scopes that are missing, and what they are for', async () => {
    slack.bot.scopes = slack.bot.scopes.filter((scope) => scope !== 'files:read' && scope !== 'users:read');
    const failed = (await diagnoseSlack(healthy)).filter(({ ok }) => !ok);
    expect(failed).toHaveLength(1);
    expect(failed[0]!.fix).toContain('files:read (to read files it is sent), users:read');
  });
});
