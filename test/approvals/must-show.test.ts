/** Asked on Telegram, decided on Slack, with the hub's process killed at every point between. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { Team } from './team.js';

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.close());

const waitMs = 40_000;

async function open(killAt: string, ask: object = {}): Promise<void> {
  await team.open(ask);
  await team.start(killAt);
  await team.people();
}

/** The requester's own press is refused, whatever account they press with. */
async function refused(): Promise<void> {
  await until(() => team.buttons().includes('Approve'), waitMs);
  const before = team.card();
  await team.press('U0ALICE', 'Approve');
  await until(() => team.whispered('U0ALICE').length > 0, waitMs);
  expect(team.whispered('U0ALICE').at(-1)).toMatch(
    /^ap_\w{10} was asked for in your name: somebody else decides about it\.$/,
  );
  expect(team.card()).toBe(before);
  expect(await team.pressWhereAsked('Approve')).toBe(team.whispered('U0ALICE').at(-1));
}

const answered = (pattern: RegExp) => until(() => team.told().some((text) => pattern.test(text)), waitMs);

/** Cards say how it ended, and the audit log has the whole story, once, in a chain that holds. */
async function settled(state: string, operations: string[]): Promise<void> {
  await until(() => team.buttons().length + team.buttonsWhereAsked().length === 0, waitMs);
  expect(team.cardWhereAsked()).toMatch(new RegExp(`\\b${state}\\b`, 'i'));
  expect(team.card()).toMatch(new RegExp(`\\b${state}\\b`, 'i'));
  expect(team.cards()).toHaveLength(1);
  const found = async () => {
    const { rows } = (await team.call('GET', '/audit?limit=200')) as {
      rows: { operation: string; outcome: string }[];
    };
    return rows
      .filter(({ operation }) => /^approvals\./.test(operation))
      .reverse()
      .map(({ operation, outcome }) => `${operation} ${outcome}`);
  };
  await until(async () => new Set(await found()).size >= operations.length, waitMs);
  expect(new Set(await found())).toEqual(new Set(operations));
  for (const once of ['approvals.ask done', 'approvals.settle done'])
    expect((await found()).filter((row) => row === once)).toHaveLength(1);
  expect(await team.call('GET', '/audit/verify')).toMatchObject({ ok: true });
}

const story = [
  'approvals.ask done',
  'approvals.decide denied',
  'approvals.decide done',
  'approvals.settle done',
  'approvals.run done',
];

for (const point of [
  'before the card',
  'after the card',
  'between press and decision',
  'right after the decision',
  'between decision and call',
])
  it(`[must-show.1] [act.27] killed ${point}: one call, answered where it was asked`, async () => {
    const early = point === 'before the card' || point === 'after the card';
    await open(point);
    team.ask();
    if (point === 'after the card') {
      await until(() => team.buttons().includes('Approve'), waitMs);
      await team.kill();
    } else if (early) await team.died();
    else {
      await refused();
      await team.press('U0OLGA', 'Approve');
      await team.died();
    }
    expect(team.calls).toEqual([]);
    await team.start();
    if (early) await refused();
    // A press that died with its process is made again.
    if (early || point === 'between press and decision') await team.press('U0OLGA', 'Approve');
    await answered(/wired 50/);
    expect(team.calls).toHaveLength(1);
    const rows =
      point === 'right after the decision' || point === 'between decision and call'
        ? story.filter((row) => row !== 'approvals.decide done')
        : story;
    await settled('approved', rows);
    expect(team.card()).toContain('U0OLGA');
  }, 120_000);

it('[must-show.1] [act.27] killed between call and record: not made again, and people hear that nobody knows', async () => {
  await open('between call and record');
  team.ask();
  await refused();
  await team.press('U0OLGA', 'Approve');
  await team.died();
  expect(team.calls).toHaveLength(1);
  await team.start();
  await answered(/nobody knows/i);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(team.calls).toHaveLength(1);
  await until(() => team.slack.team.shown('C0ATTIC').some((text) => /nobody knows/i.test(text)), waitMs);
  // The last thing said among the operators is now that nobody knows; the card above it is settled all the same.
  await until(() => team.buttons().length + team.buttonsWhereAsked().length === 0, waitMs);
}, 120_000);

it('[must-show.1] expired while nothing ran: told, settled, and nothing is called', async () => {
  await open('after the card');
  team.ask();
  await refused();
  await team.kill();
  await team.start('', 8 * 24 * 3600 * 1000);
  await answered(/nobody approved it in time/);
  expect(team.calls).toEqual([]);
  await settled('expired', ['approvals.ask done', 'approvals.decide denied', 'approvals.settle done']);
}, 120_000);

it('[must-show.1] denied, with a reason that is told where it was asked', async () => {
  await open('');
  team.ask();
  await refused();
  const id = /ap_\w{10}/.exec(team.card())![0];
  const text = `<@${team.slack.bot.botUserId}> /deny ${id} not this week`;
  await team.slack.people.say({ channel: 'C0ATTIC', user: 'U0OLGA', text }).acked;
  await answered(/not this week/);
  expect(team.calls).toEqual([]);
  await until(() => team.buttons().length === 0, waitMs);
  expect(team.slack.team.shown('C0ATTIC').find((one) => one.includes('Denied'))).toContain('not this week');
  await settled(
    'denied',
    story.filter((row) => row !== 'approvals.run done'),
  );
}, 120_000);

it('[must-show.1] approved by somebody who has lost the role since: refused, and told', async () => {
  await open('');
  const tools = { what: 'tools', agentId: 'assistant' };
  team.ask();
  await refused();
  await team.call('POST', '/switches/pause', tools);
  await team.press('U0OLGA', 'Approve');
  await until(() => team.buttons().length === 0, waitMs);
  await team.call('POST', '/roles/take', { account: 'slack/T0TEAM:U0OLGA', agentId: 'assistant' });
  await team.call('POST', '/switches/resume', tools);
  await answered(/approved it and may not any more/);
  expect(team.calls).toEqual([]);
  await settled('approved', [...story.filter((row) => row !== 'approvals.run done'), 'approvals.run denied']);
}, 120_000);
