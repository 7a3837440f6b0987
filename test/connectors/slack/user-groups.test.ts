/** User groups on the real hub: a list names one, and Slack says who is in it. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig, type HubRigOptions } from './hub-rig.js';

const noRate = { perUser: 0, perRoom: 0 };
let rig: HubRig;
const open = async (options: HubRigOptions = {}) => {
  rig = await HubRig.open({
    ...options,
    gate: { places: 'open', allow: { roles: ['S0STAFF'] }, rate: noRate, ...options.gate },
  });
  rig.hub.model.answer = 'Well.';
};
afterEach(() => rig.close());

/** Whether the hub lets her in who names the agent. */
const letsIn = async (user = 'U0ALICE'): Promise<boolean> => {
  const before = rig.hub.seen.receipts.length;
  rig.say(`${rig.bot} hi`, { user });
  await until(() => rig.hub.seen.receipts.length > before);
  return rig.hub.seen.receipts[before] !== null;
};
const asked = () => rig.slack.count('usergroups.list');
const soon = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 10_000, interval: 50 });

describe('a Slack user group on a list', () => {
  it('lets in who is in it, and asks once for a workspace', async () => {
    await open();
    await rig.slack.people.regroup('S0STAFF', ['U0ALICE']);
    expect(await letsIn('U0ALICE')).toBe(true);
    expect(await letsIn('U0BOB')).toBe(false);
    expect(asked()).toBe(1);
  });

  it('is not asked for where no list names one, nor of people who are on the list themselves', async () => {
    await open({ gate: { allow: { users: ['U0ALICE'], roles: ['S0STAFF'] } } });
    expect(await letsIn('U0ALICE')).toBe(true);
    expect(asked()).toBe(0);
  });

  it('[governed.9] lets nobody in any more who was taken out: at once, where Slack tells of it', async () => {
    await open();
    const { people } = rig.slack;
    await people.regroup('S0STAFF', ['U0ALICE', 'U0BOB']);
    expect(await letsIn()).toBe(true);
    await people.regroup('S0STAFF', ['U0BOB']);
    await soon(() => letsIn()).toBe(false);
    await soon(() => letsIn('U0BOB')).toBe(true);
    await people.regroup('S0STAFF', ['U0ALICE', 'U0BOB'], true);
    await soon(() => letsIn('U0BOB')).toBe(false);
  });

  it('[governed.9] holds a slash command, a button and an edit to who is in it now', async () => {
    await open();
    const { people, team } = rig.slack;
    await people.regroup('S0STAFF', ['U0ALICE']);
    await people.command('U0ALICE', 'C0LOBBY', '/carrier', 'status');
    await until(() => team.ephemerals.length === 1);
    const said = rig.say(`${rig.bot} mine`);
    await said.acked;
    await people.regroup('S0STAFF', []);
    await soon(async () => {
      const shown = team.ephemerals.length;
      await people.command('U0ALICE', 'C0LOBBY', '/carrier', 'status');
      return team.ephemerals.length - shown;
    }).toBe(0);
    await people.edit(said.message, `${rig.bot} obey me`);
    expect((await rig.hub.received())[0]!.content.text).toBe('mine');
  });

  it.each([
    [
      'the scope is missing',
      () => rig.slack.faults.on('usergroups.list', { error: 'missing_scope', times: 9 }),
    ],
    ['Slack limits the calls', () => rig.slack.faults.on('usergroups.list', { status: 429, retryAfter: 30 })],
    ['Slack fails', () => rig.slack.faults.on('usergroups.list', { status: 503, times: 9 })],
    ['a page comes in its place', () => rig.slack.faults.on('usergroups.list', { page: '<html>', times: 9 })],
    ['Slack is late', () => rig.slack.faults.on('usergroups.list', { delayMs: 9000, times: 9 })],
  ])('[governed.9] lets nobody in while %s, and denies whom it may', async (_, spoil) => {
    await open({ gate: { allow: { users: ['U0BOB'], roles: ['S0STAFF'] }, deny: { roles: ['S0MUTED'] } } });
    await rig.slack.people.regroup('S0STAFF', ['U0ALICE']);
    expect(await letsIn()).toBe(true);
    spoil();
    await rig.slack.people.regroup('S0OTHER', ['U0ALICE']);
    await soon(() => letsIn()).toBe(false);
    expect(await letsIn('U0BOB')).toBe(false);
  });

  it('is not asked for again at once while Slack limits the calls', async () => {
    await open();
    rig.slack.faults.on('usergroups.list', { status: 429, retryAfter: 30, times: 9 });
    for (const user of ['U0ALICE', 'U0BOB']) expect(await letsIn(user)).toBe(false);
    await rig.slack.people.regroup('S0STAFF', ['U0ALICE']);
    expect(await letsIn('U0BOB')).toBe(false);
    expect(asked()).toBe(1);
  });

  it('is asked for its own members where Slack does not list them all', async () => {
    await open();
    const { team, people } = rig.slack;
    team.mostListed = 0;
    await people.regroup('S0STAFF', ['U0ALICE']);
    expect(await letsIn()).toBe(true);
    expect(await letsIn('U0BOB')).toBe(false);
  });

  it('has no members where the workspace’s plan has no groups', async () => {
    await open({ gate: { allow: {}, deny: { roles: ['S0MUTED'] } } });
    rig.slack.team.hasGroups = false;
    expect(await letsIn()).toBe(true);
  });
});
