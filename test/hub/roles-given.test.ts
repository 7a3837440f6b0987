/** Giving and taking roles in a chat: nobody gives or takes more than they have. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

const system = { kind: 'system' } as const;
let home: Home;
let carrier: Carrier;
let platform: Platform;
let slack: Platform;
beforeEach(async () => {
  home = new Home();
  [platform, slack] = [new Platform(), new Platform('slack')];
  await start({ telegram: { dm: 'open', operators: ['root'] }, slack: { dm: 'open' } });
});
afterEach(() => home.dispose());

async function start(connectors: object) {
  for (const id of ['assistant', 'other'])
    home.character(id, { name: 'Ada', bio: '.', plugins: [], connectors });
  const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
  const other = new Platform('telegram', 'other');
  carrier = await home.carrier({ connectors: [platform, slack, other], model });
}

const give = (role: InputOf<'roles.give'>['role'], user: string, more: object = {}) =>
  carrier.operations!.call('roles.give', { role, account: `telegram:${user}`, ...more }, system);
const say = (user: string, args = '', direct = true) => platform.command(user, 'role', args, direct);
const role = async (user: string, on = platform) =>
  /Your role here: (\w+)/.exec((await on.command(user, 'whoami'))!)![1];

describe('[governed.4] a role', () => {
  it('is given and taken up to one’s own, for what one has it', async () => {
    await give('operator', 'opal', { agentId: 'assistant' });
    await give('admin', 'adam', { agentId: 'assistant' });
    expect(await say('opal', 'operator ann')).toBe('telegram:ann is operator for agent assistant now.');
    expect(await role('ann')).toBe('operator');
    expect(await say('opal', 'admin ann')).toMatch(/cannot give the role admin there: you are operator/);
    expect(await say('opal', 'admin opal')).toMatch(/cannot give/);
    expect(await say('opal', 'member ann hub')).toMatch(/^\/role: that is not for you as operator here/);
    expect(await say('adam', 'admin ann')).toMatch(/ann is admin/);
    expect(await say('adam', 'owner adam')).toMatch(/cannot give the role owner/);
    expect(await say('ann', 'member adam')).toMatch(/adam is member/);
    expect(await role('adam')).toBe('member');
    const denied = (await carrier.store.audit.list({ limit: 50, operation: 'roles.give' })).items;
    expect(denied.filter(({ outcome }) => outcome === 'denied')).toHaveLength(4);
  });

  it('of somebody above is nobody’s to change, in whatever account or way they have it', async () => {
    await give('operator', 'opal', { agentId: 'assistant' });
    await give('owner', 'olga');
    await give('operator', 'olga', { agentId: 'assistant' });
    expect(await say('opal', 'member olga')).toMatch(/more than you/);
    expect(await say('opal', 'none olga')).toMatch(/more than you/);
    // Her other account has what she has.
    await carrier.operations!.call('people.link', { account: 'telegram:olga', other: 'slack:o1' }, system);
    expect(await say('opal', 'none slack:o1')).toMatch(/more than you/);
    expect(await role('o1', slack)).toBe('owner');
  });

  it('is not given by who has none, and an operator by the settings has it for that platform', async () => {
    expect(await say('ann', 'member bob')).toMatch(/for the operators/);
    expect(await say('ann')).toMatch(/for the operators/);
    expect(await say('root', 'member ann')).toMatch(/not for you as operator here/);
    expect(await say('root', 'member ann platform')).toBe(
      'telegram:ann is member for agent assistant on telegram now.',
    );
    expect(await say('root', 'operator slack:s1 platform')).toMatch(/slack:s1 is operator/);
    expect(await role('s1', slack)).toBe('guest');
    expect(await say('root')).toMatch(
      /telegram:root: operator.*by my settings\n.*telegram:ann: member.*\n.*slack:s1: operator/,
    );
    expect(await say('root', 'none ann')).toMatch(/not for you as operator here/);
    expect(await say('root', 'none ann platform')).toMatch(/no longer member/);
    expect(await say('root', 'none ann platform')).toMatch(/No role was given/);
  });

  it('of the last owner stays, by giving him less, too; of two, one may go', async () => {
    await give('owner', 'olga');
    expect(await say('olga', 'none olga hub')).toMatch(/no other owner/);
    expect(await say('olga', 'member olga hub')).toMatch(/no other owner/);
    expect(await say('olga', 'owner oskar hub')).toMatch(/oskar is owner for the whole hub/);
    expect(await say('olga', 'none olga hub')).toMatch(/no longer owner/);
    expect(await role('olga')).toBe('guest');
    expect(await say('oskar', 'none oskar hub')).toMatch(/no other owner/);
    // An owner of one agent is not one of the hub, nor is a group.
    await give('owner', 'olga', { agentId: 'assistant' });
    await carrier.operations!.call('roles.give', { role: 'owner', group: 'telegram:g' }, system);
    expect(await say('oskar', 'none oskar hub')).toMatch(/no other owner/);
  });

  it('of two owners who go at once, one stays', async () => {
    for (let round = 0; round < 10; round++) {
      await give('owner', 'olga');
      await give('owner', 'oskar');
      await Promise.all([say('olga', 'none oskar hub'), say('oskar', 'none olga hub')]);
      const { roles } = await carrier.operations!.call('roles.list', {}, system);
      expect(roles.filter(({ role }) => role === 'owner').length).toBeGreaterThan(0);
    }
  });

  it('is for an id, and never for a name', async () => {
    await give('admin', 'adam', { agentId: 'assistant' });
    for (const user of ['@ann', '', '<#c1>', 'ann here more'])
      expect(await say('adam', `member ${user}`)).toMatch(/^Write: \/role/);
    expect(await say('adam', 'member <@77>')).toMatch(/^telegram:77 is member/);
    expect(await say('adam', 'member <@U7|ann>')).toMatch(/^telegram:U7 is member/);
    expect(await say('adam', 'king ann')).toMatch(/^Write: \/role/);
    expect(await say('adam', 'member ann here')).toMatch(/given in that place/);
    expect(await say('adam', 'operator ann here', false)).toBe(
      'telegram:ann is operator for agent assistant on telegram/default/group now.',
    );
    expect(await role('ann')).toBe('guest');
    expect(await platform.command('ann', 'whoami', '', false)).toMatch(/Your role here: operator/);
  });
});

describe('a given role at the gate', () => {
  it('lets in as those of the settings do, from the next message on', async () => {
    await carrier.stop();
    await start({ telegram: { dm: 'pairing', allow: { users: ['ann'] }, places: 'open' } });
    expect(await platform.dm('opal', 'hello')).toBeNull();
    expect(await platform.say('opal', 'hello')).toBeNull();
    await give('operator', 'opal', { agentId: 'assistant' });
    expect(await platform.dm('opal', 'hello')).not.toBeNull();
    expect(await platform.say('opal', 'hello')).not.toBeNull();
    await give('member', 'opal', { agentId: 'assistant' });
    expect(await platform.dm('opal', 'again')).not.toBeNull();
    expect(await platform.say('opal', 'again')).toBeNull();
    await carrier.operations!.call('roles.take', { account: 'telegram:opal', agentId: 'assistant' }, system);
    expect(await platform.dm('opal', 'and again')).toBeNull();
    // One of another agent, or denied.
    await give('operator', 'opal', { agentId: 'other' });
    expect(await platform.say('opal', 'hello?')).toBeNull();
  });

  it('is one’s own in every server where ids are the whole platform’s, and not where they are not', async () => {
    await carrier.stop();
    const everywhere = new Platform('discord');
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { discord: { dm: 'open', places: 'open' }, slack: { dm: 'open', places: 'open' } },
    });
    carrier = await home.carrier({ connectors: [everywhere, slack], model: () => scriptedModel(() => 'hi') });
    const roleIn = async (on: Platform, tenant: string, direct = false) => {
      const source = on.source(direct ? 'dm' : 'lobby', undefined, tenant);
      const given = {
        agentId: 'assistant',
        source,
        direct,
        author: { id: '77' },
        roles: [],
        name: 'whoami',
        args: '',
      };
      return /Your role here: (\w+)/.exec((await on.host.command(given))!.text)![1];
    };
    for (const account of ['discord/@me:77', 'slack/T1:77'])
      await carrier.operations!.call('roles.give', { role: 'operator', account }, system);
    expect(await roleIn(everywhere, '@me', true)).toBe('operator');
    expect(await roleIn(everywhere, 'G1')).toBe('operator');
    expect(await roleIn(slack, 'T1')).toBe('operator');
    expect(await roleIn(slack, 'T2')).toBe('guest');
  });

  it('does not help who is denied', async () => {
    await carrier.stop();
    await start({ telegram: { dm: 'open', deny: { users: ['opal'] } } });
    await give('owner', 'opal');
    expect(await platform.dm('opal', 'hello')).toBeNull();
    expect(await platform.command('opal', 'whoami')).toBeNull();
  });

  it('is one of a group only while the platform says so', async () => {
    await carrier.operations!.call(
      'roles.give',
      { role: 'operator', group: 'telegram:mods', agentId: 'assistant' },
      system,
    );
    const source = platform.source('ann');
    const given = {
      agentId: 'assistant',
      source,
      direct: true,
      author: { id: 'ann' },
      name: 'whoami',
      args: '',
    };
    const whoami = async (roles?: string[]) => (await platform.host.command({ ...given, roles }))!.text;
    expect(await whoami(['mods'])).toMatch(
      /role here: operator\n- operator for agent assistant: given to a group that you are in \(mods\)/,
    );
    expect(await whoami(['others'])).toMatch(/role here: guest/);
    expect(await whoami([])).toMatch(/role here: guest/);
    // Nobody can be asked here, which denies.
    expect(await whoami()).toMatch(/role here: guest/);
  });
});

it('[act.31] is given to no account that is nobody’s alone, which cannot be linked either', async () => {
  for (const user of ['1087968824', '777000', '-100500']) {
    await expect(give('operator', user)).rejects.toMatchObject({ code: 'invalid_field', field: 'account' });
    expect(await platform.command(user, 'link')).toMatch(/^This account cannot be linked: it is /);
    expect(await platform.command(user, 'link', 'ABCD-EFGH')).toMatch(
      /^This account cannot be linked: it is /,
    );
  }
  expect(await give('operator', '42')).toMatchObject({ role: 'operator' });
});
