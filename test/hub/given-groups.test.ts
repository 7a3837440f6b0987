/** Roles that are given to groups, over Telegram and Slack with their real connectors: who leaves the group has them no more. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinkingStage } from './linking-stage.js';

const refused = '/model is for the operators of this agent.';
const patience = { timeout: 10_000, interval: 50 };
const noRate = { rate: { perUser: 0, perRoom: 0 } };

let stage: LinkingStage;
let ann: ReturnType<LinkingStage['telegram']['world']['user']>;
beforeEach(async () => {
  stage = new LinkingStage();
  await stage.open({ telegram: noRate, slack: noRate });
  ann = stage.telegram.world.user('Ann');
});
afterEach(() => stage.close());

const give = (connector: string, tenant: string, group: string) =>
  stage.carrier.operations!.call(
    'roles.give',
    { role: 'operator', group: { connector, tenant, group }, agentId: 'assistant' },
    { kind: 'system' },
  );
const onSlack = (user = 'U0ALICE') => stage.onSlack(user, 'model offline');
const onTelegram = () => stage.onTelegram(ann, '/model offline');
/** Who is in the group is an operator; Alice is. */
const staff = async () => {
  await give('slack', 'T0TEAM', 'S0STAFF');
  await stage.slack.people.regroup('S0STAFF', ['U0ALICE']);
};

describe('a role that is given to a Slack user group', () => {
  it('[governed.9] is had by who is in it, and lost by who is taken out', async () => {
    await staff();
    expect(await onSlack()).toContain('offline');
    expect(await onSlack('U0BOB')).toBe(refused);
    await stage.slack.people.regroup('S0STAFF', ['U0BOB']);
    await expect.poll(() => onSlack(), patience).toBe(refused);
    await expect.poll(() => onSlack('U0BOB'), patience).toContain('offline');
  });

  it('[governed.9] is had on a linked account, and lost there too, by leaving the group and by unlinking', async () => {
    await staff();
    expect(await onTelegram()).toBe(refused);
    await stage.link(ann, 'U0ALICE');
    await expect.poll(onTelegram, patience).toContain('offline');
    await stage.slack.people.regroup('S0STAFF', []);
    await expect.poll(onTelegram, patience).toBe(refused);
    await stage.slack.people.regroup('S0STAFF', ['U0ALICE']);
    await expect.poll(onTelegram, patience).toContain('offline');
    await stage.onTelegram(ann, '/unlink');
    expect(await onTelegram()).toBe(refused);
  });

  it.each([
    ['limits the calls', { status: 429, retryAfter: 30 }],
    ['fails', { status: 503, times: 99 }],
    ['misses the scope', { error: 'missing_scope', times: 99 }],
    ['is late', { delayMs: 9000, times: 99 }],
  ])('[governed.9] is not kept while Slack %s, nor on a linked account', async (_, fault) => {
    await staff();
    await stage.link(ann, 'U0ALICE');
    await expect.poll(onTelegram, patience).toContain('offline');
    stage.slack.faults.on('usergroups.list', fault);
    await stage.slack.people.regroup('S0OTHER', ['U0BOB']);
    await expect.poll(onTelegram, patience).toBe(refused);
    expect(await onSlack()).toBe(refused);
  });

  it('asks nothing of Slack where no group of the workspace has a role', async () => {
    await give('slack', 'T0OTHER', 'S0STAFF');
    await give('discord', 'T0TEAM', 'S0STAFF');
    expect(await onSlack()).toBe(refused);
    expect(stage.slack.count('usergroups.list')).toBe(0);
  });
});

describe('a role that is given to the administrators of a Telegram chat', () => {
  it('[governed.9] does not depend on chats that nobody can ask, however many of those have roles', async () => {
    const den = stage.telegram.world.group('Den');
    await give('telegram', 'default', `administrators:${den.id}`);
    den.standing.set(ann.id, 'administrator');
    await give('telegram', 'default', 'administrators:-999999');
    await expect.poll(onTelegram, patience).toContain('offline');
    for (let n = 0; n < 25; n++) await give('telegram', 'default', `administrators:-77${n}`);
    await expect.poll(onTelegram, patience).toContain('offline');
    den.standing.set(ann.id, 'left');
    await expect.poll(onTelegram, patience).toBe(refused);
  });

  it('[governed.9] is had by who is one, wherever they write, and lost with the office', async () => {
    const den = stage.telegram.world.group('Den');
    await give('telegram', 'default', `administrators:${den.id}`);
    expect(await onTelegram()).toBe(refused);
    den.standing.set(ann.id, 'administrator');
    await expect.poll(onTelegram, patience).toContain('offline');
    den.standing.set(ann.id, 'left');
    await expect.poll(onTelegram, patience).toBe(refused);
    den.standing.set(ann.id, 'creator');
    await expect.poll(onTelegram, patience).toContain('offline');
    den.hidesMembers = 'CHAT_ADMIN_REQUIRED';
    await expect.poll(onTelegram, patience).toBe(refused);
  });
});
