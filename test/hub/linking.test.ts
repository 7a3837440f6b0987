/** Two accounts become one person: over Telegram and Slack, with their real connectors and the real gate. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { codeIn, LinkingStage } from './linking-stage.js';

let stage: LinkingStage;
let ann: ReturnType<LinkingStage['telegram']['world']['user']>;
let bob: typeof ann;
beforeEach(async () => {
  stage = new LinkingStage();
  await stage.open();
  ann = stage.telegram.world.user('Ann');
  bob = stage.telegram.world.user('Bob');
});
afterEach(() => stage.close());

const id = ({ id }: typeof ann) => `telegram:${id}`;
const slackAlice = `slack/T0TEAM:U0ALICE`;

describe('[governed.2] linking by a code', () => {
  it('makes two accounts one person once both have said so, and tells both', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    expect(await stage.onSlack('U0ALICE', `link ${code.toLowerCase()}`)).toMatch(
      /^The code is right\. .*"Ann" \(telegram:\d+\)/,
    );
    const question = await stage.said(ann, /has typed your code/);
    expect(question.text).toMatch(
      /^"alice.smith" \(slack\/T\w+:U0ALICE\) has typed your code\. Is this account yours/,
    );
    expect(await stage.accounts(id(ann))).toHaveLength(1);
    const chat = stage.telegram.world.dm(ann);
    const shown = await stage.telegram.people.press(chat, ann, question.message_id, 'Yes, it is mine');
    expect(shown.text).toMatch(/linked now: one person/);
    expect(await stage.accounts(id(ann))).toEqual([id(ann), 'slack:U0ALICE']);
    await until(() => stage.slack.team.shown('D0ALICE').some((text) => /are linked now/.test(text)));
    const me = await stage.onSlack('U0ALICE', 'whoami');
    expect(me).toMatch(/You are slack\/T\w+:U0ALICE\.\nYour accounts:\n1\. slack\S+\n2\. telegram:\d+\n/);
    const [row] = (await stage.carrier.store.audit.list({ limit: 20, operation: 'people.enterLink' })).items;
    expect(row).toMatchObject({ outcome: 'done', target: { connector: 'slack', userId: 'U0ALICE' } });
    expect(JSON.stringify(row)).not.toContain(code);
    expect(JSON.stringify(row)).not.toContain('alice.smith');
  });

  it('takes a code once, whoever types it the second time, and asks nobody anew', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    await stage.onSlack('U0ALICE', `link ${code}`);
    expect(await stage.onSlack('U0ALICE', `link ${code}`)).toMatch(/No such code/);
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/No such code/);
    expect(await stage.onTelegram(ann, '/link yes')).toBeTruthy();
    await until(async () => (await stage.accounts(id(ann))).length === 2);
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/No such code/);
    expect(await stage.accounts(id(ann))).toEqual([id(ann), 'slack:U0ALICE']);
  });

  it('gives a code to one of several who type it at once', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    const answers = await Promise.all(
      ['U0ALICE', 'U0BOB'].map((user) =>
        stage.carrier
          .operations!.call('people.enterLink', party('slack', user, code), principal('slack', user))
          .then(
            () => 'asked',
            (error) => error.code,
          ),
      ),
    );
    expect(answers.sort()).toEqual(['asked', 'link_unknown']);
  });

  it('refuses it on the platform where it was given, by whomever, and it stays good', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    expect(await stage.onTelegram(bob, `/link ${code}`)).toMatch(/was given here/);
    for (let n = 0; n < 7; n++)
      expect(await stage.onTelegram(ann, `/link ${code}`)).toMatch(/was given here/);
    expect(await stage.onSlack('U0ALICE', `link ${code}`)).toMatch(/^The code is right/);
    expect(await stage.accounts(id(bob))).toEqual([id(bob)]);
  });

  it('links nothing that a third person types, unless who has the code says yes', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    await stage.onSlack('U0BOB', `link ${code}`);
    const question = await stage.said(ann, /has typed your code/);
    expect(question.text).toContain('U0BOB');
    // Nobody else's yes counts, nor the one of who typed it.
    expect(await stage.onSlack('U0BOB', 'link yes')).toMatch(/Nothing waits/);
    expect(await stage.onTelegram(bob, '/link yes')).toMatch(/Nothing waits/);
    expect(await stage.onTelegram(ann, '/link no')).toBe('Nothing is linked.');
    await until(() => stage.slack.team.shown('D0BOB').some((text) => /has said no/.test(text)));
    expect(await stage.onTelegram(ann, '/link yes')).toMatch(/Nothing waits/);
    expect(await stage.accounts(id(ann))).toEqual([id(ann)]);
  });

  it('refuses what is older than ten minutes: the code, and the yes', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    stage.ahead = 10 * 60_000;
    expect(await stage.onSlack('U0ALICE', `link ${code}`)).toMatch(/No such code/);
    const another = codeIn(await stage.onTelegram(ann, '/link'));
    stage.ahead += 9 * 60_000;
    await stage.onSlack('U0ALICE', `link ${another}`);
    stage.ahead += 10 * 60_000;
    expect(await stage.onTelegram(ann, '/link yes')).toMatch(/Nothing waits/);
    expect(await stage.accounts(id(ann))).toEqual([id(ann)]);
  });

  it('locks out who types five wrong codes, and nobody else', async () => {
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    for (let n = 0; n < 5; n++)
      expect(await stage.onSlack('U0BOB', `link WRONG22${n + 2}`)).toMatch(/No such code/);
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/Too many wrong codes.*10 minutes/);
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/Too many wrong codes/);
    expect(await stage.onSlack('U0ALICE', `link ${code}`)).toMatch(/^The code is right/);
    expect(await stage.onTelegram(ann, '/link yes')).toMatch(/linked now/);
    stage.ahead = 10 * 60_000 + 1000;
    const later = codeIn(await stage.onTelegram(bob, '/link'));
    expect(await stage.onSlack('U0BOB', `link ${later}`)).toMatch(/^The code is right/);
  });

  it('counts wrong codes that come at once, too', async () => {
    const tries = Array.from({ length: 30 }, (_, n) =>
      stage.carrier
        .operations!.call(
          'people.enterLink',
          party('slack', 'U0BOB', `AAAAAA${n + 22}`),
          principal('slack', 'U0BOB'),
        )
        .catch((error) => error.code),
    );
    const codes = await Promise.all(tries);
    expect(codes.filter((code) => code === 'link_unknown').length).toBeLessThanOrEqual(5);
    expect(codes.filter((code) => code === 'link_refused').length).toBeGreaterThanOrEqual(25);
  });

  it('is for direct conversations alone, and a new code ends the one before', async () => {
    const den = stage.telegram.world.group('den');
    await stage.carrier.stop();
    stage.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', places: 'open' }, slack: { dm: 'open' } },
    });
    await stage.start();
    expect(await stage.onTelegram(ann, '/link@eliza_bot', den)).toMatch(/write to me directly/);
    const first = codeIn(await stage.onTelegram(ann, '/link'));
    const second = codeIn(await stage.onTelegram(ann, '/link'));
    expect(second).not.toBe(first);
    expect(await stage.onSlack('U0ALICE', `link ${first}`)).toMatch(/No such code/);
    expect(await stage.onSlack('U0ALICE', `link ${second}`)).toMatch(/^The code is right/);
  });
});

describe('persons of several accounts', () => {
  it('take in another account, but not another person', async () => {
    await stage.link(ann, 'U0ALICE');
    await stage.link(bob, 'U0BOB');
    const code = codeIn(await stage.onTelegram(ann, '/link'));
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/unlink one of them first/);
    expect(await stage.onSlack('U0BOB', 'unlink')).toBe('This account is by itself again.');
    expect(await stage.onSlack('U0BOB', `link ${code}`)).toMatch(/^The code is right/);
    await stage.onTelegram(ann, '/link yes');
    expect((await stage.accounts(id(ann))).sort()).toEqual(['slack:U0ALICE', 'slack:U0BOB', id(ann)]);
    expect(await stage.accounts(id(bob))).toEqual([id(bob)]);
  });

  it('take out one account or another, at once', async () => {
    await stage.link(ann, 'U0ALICE');
    expect(await stage.onTelegram(ann, '/unlink 3')).toMatch(/Which account/);
    expect(await stage.onTelegram(ann, '/unlink 2')).toMatch(/U0ALICE is by itself again/);
    expect(await stage.accounts(id(ann))).toEqual([id(ann)]);
    expect(await stage.onSlack('U0ALICE', 'unlink')).toMatch(/linked with no other/);
    await stage.link(ann, 'U0ALICE');
    expect(await stage.onTelegram(ann, '/unlink')).toBe('This account is by itself again.');
    expect(await stage.accounts(id(ann))).toEqual([id(ann)]);
  });
});

it('[governed.1] links nobody by a name: the same one on both platforms is two persons', async () => {
  const alice = stage.telegram.world.user('Alice');
  await stage.onTelegram(alice, '/whoami');
  await stage.onSlack('U0ALICE', 'whoami');
  expect(await stage.accounts(id(alice))).toEqual([id(alice)]);
  const { operations } = stage.carrier;
  // A name, or what looks like an address, is no account of anybody else.
  for (const account of [slackAlice, 'slack/T0TEAM:Alice', 'slack/T0TEAM:alice@example.com'])
    expect((await operations!.call('people.show', { account }, { kind: 'system' })).accounts).toHaveLength(1);
});

it('lets a stranger who has a code in, as the person they are', async () => {
  await stage.carrier.stop();
  stage.home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', operators: [String(ann.id)] }, slack: {} },
  });
  await stage.start();
  const { operations } = stage.carrier;
  const code = codeIn(await stage.onTelegram(ann, '/link'));
  expect(await stage.onSlack('U0ALICE', 'help')).toMatch(/I do not know you yet/);
  expect(await stage.onSlack('U0ALICE', `link ${code}`)).toMatch(/^The code is right/);
  await stage.onTelegram(ann, '/link yes');
  // What she is by the settings she is on that platform.
  expect(await stage.onSlack('U0BOB', 'help')).toMatch(/I do not know you yet/);
  const account = id(ann);
  await operations!.call('roles.give', { role: 'member', account, agentId: 'assistant' }, { kind: 'system' });
  expect(await stage.onSlack('U0ALICE', 'help')).toMatch(/^I am Ada/);
});

function principal(connector: string, userId: string) {
  return {
    ...{ kind: 'person' as const, connector, tenant: 'T0TEAM', userId, agentId: 'assistant' },
    ...{ roomId: 'room_x', channel: 'D0', scope: 'user_x', grants: [] },
  };
}

function party(connector: string, userId: string, code: string) {
  const account = { connector, tenant: 'T0TEAM', userId };
  const source = { connector, tenant: 'T0TEAM', channel: 'D0BOB', messageId: 'D0BOB:1' };
  return { account, agentId: 'assistant', source, code };
}
