/** `/pause` and `/resume`: what their words mean, and who may. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let carrier: Carrier;
let platform: Platform;
let elsewhere: Platform;
const system = { kind: 'system' } as const;

beforeEach(async () => {
  home = new Home();
  [platform, elsewhere] = [new Platform(), new Platform('slack')];
  const connectors = {
    telegram: { dm: 'open', operators: ['root', 'second'] },
    slack: { dm: 'open', operators: [] },
  };
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors });
  carrier = await home.carrier({
    connectors: [platform, elsewhere],
    model: () => scriptedModel((request) => `echo ${lastSaid(request)}`),
  });
});
afterEach(() => home.dispose());

const root = (name: string, args = '') => platform.command('root', name, args);
const list = async () => (await carrier.operations!.call('switches.list', {}, system)).pauses;
const level = { agentId: 'assistant', connector: 'telegram' };

it('stop the agent where its operator is one, and nowhere else', async () => {
  expect(await root('pause')).toBe('On telegram, Ada is paused, until somebody writes /resume.');
  expect(await list()).toMatchObject([{ what: 'place', ...level, by: 'person root', until: null }]);
  expect(await platform.dm('ann', 'hello')).toBeNull();
  expect(await platform.last(1)).toBe('Ada is paused by its operators. Please write again later.');
  await elsewhere.dm('ann', 'hello');
  expect(await elsewhere.last(1)).toBe('echo hello');
  expect(await root('resume')).toBe('On telegram, Ada is no longer paused.');
  expect(await root('resume')).toBe('Nothing of that is paused, or it is not yours to resume.');
  await platform.dm('ann', 'hello');
  expect(await platform.last(2)).toBe('echo hello');
});

it.each([
  ['maintenance', { what: 'place', reason: 'maintenance', until: null }],
  ['for 2 months', { what: 'place', reason: 'for 2 months', until: null }],
  ['too many errors today', { what: 'place', reason: 'too many errors today' }],
  ['for 10m', { what: 'place', until: expect.any(String) }],
  ['for 2 hours we update', { what: 'place', until: expect.any(String), reason: 'we update' }],
  ['here', { what: 'place', tenant: 'default', channel: 'root' }],
  ['here for 1d\n quiet   please', { what: 'place', channel: 'root', reason: 'quiet please' }],
  ['tools they misbehave', { what: 'tools', reason: 'they misbehave' }],
  ['ann', { what: 'person', userId: 'ann' }],
  ['ann for 10m spam', { what: 'person', userId: 'ann', reason: 'spam', until: expect.any(String) }],
  ['@ann spam', { what: 'person', userId: 'ann', reason: 'spam' }],
  ['<@U12345> spam', { what: 'person', userId: 'U12345' }],
  ['<@!991234567|annie>', { what: 'person', userId: '991234567' }],
  ['5550001234', { what: 'person', userId: '5550001234' }],
])('read "%s"', async (args, expected) => {
  await platform.dm('ann', 'hello');
  await platform.last(1);
  expect(await root('pause', args)).toMatch(/ paused, until /);
  const pauses = await list();
  expect(pauses).toEqual([expect.objectContaining({ ...level, ...expected })]);
  const [word = ''] = args.split(/\s+/);
  const wordless = ['maintenance', 'too', 'for'].includes(word) ? '' : word;
  expect(await root('resume', wordless)).toMatch(/no longer paused/);
  expect(await list()).toEqual([]);
});

it('pause nobody by a name, nor at all where it is unclear', async () => {
  expect(await root('pause', '@stranger spam')).toMatch(/I know nobody here whose id is stranger/);
  expect(await root('pause', 'for 0m')).toMatch(/for/);
  expect(await root('resume', 'stranger')).toMatch(/What may go on/);
  expect(await list()).toEqual([]);
});

it('are not for others, nor for what is not the operator’s', async () => {
  expect(await platform.command('ann', 'pause')).toBe('/pause is for the operators of this agent.');
  expect(await elsewhere.command('root', 'pause')).toBe('/pause is for the operators of this agent.');
  expect(await root('pause', 'slack:ann')).toBe('/pause is for the operators of this agent.');
  expect(await list()).toEqual([]);
  const agent = { what: 'agent', agentId: 'assistant' } as const;
  await carrier.operations!.call('switches.pause', agent, system);
  expect(await root('resume')).toMatch(/not yours to resume/);
  expect(await list()).toHaveLength(1);
});

it('let an operator who is paused do neither; one may pause another, and nobody is locked out by a place', async () => {
  expect(await root('pause', '@second')).toMatch(/I know nobody/);
  await platform.dm('second', 'hi');
  await platform.last(1);
  expect(await root('pause', 'second')).toMatch(/^For Ada, second is paused/);
  expect(await platform.command('second', 'resume', 'second')).toBe(
    'You are paused, and may neither pause nor resume anything.',
  );
  expect(await platform.command('second', 'pause')).toMatch(/^Ada is paused for you/);
  expect(await platform.command('second', 'help')).toContain('/pause');
  expect(await root('pause', 'here')).toMatch(/^Here Ada is paused/);
  expect(await root('resume', 'here')).toMatch(/^Here Ada is no longer/);
  expect(await root('resume', 'second')).toMatch(/no longer paused/);
  await platform.dm('second', 'hi again');
  expect(await platform.last(2)).toMatch(/hi again/);
});

it('as messages, too: once for one message, however often it comes', async () => {
  await platform.dm('root', '/pause', { id: 'once' });
  expect(await platform.last(1)).toMatch(/paused/);
  await platform.dm('root', '/resume', { id: 'twice' });
  await until(async () => (await list()).length === 0);
  await platform.dm('root', '/pause', { id: 'once' });
  expect(await list()).toEqual([]);
});

it('pause a person by whichever account, and nobody whose role is above', async () => {
  const call = carrier.operations!.call.bind(carrier.operations!);
  const account = (connector: string, userId: string) => ({ connector, userId });
  await call('people.link', { account: account('telegram', 'ann'), other: account('slack', 'U1') }, system);
  await call('roles.give', { role: 'admin', account: account('slack', 'U2'), agentId: 'assistant' }, system);
  await call('people.link', { account: account('telegram', 'boss'), other: account('slack', 'U2') }, system);
  await call('roles.give', { role: 'owner', account: account('telegram', 'owner') }, system);
  for (const author of ['ann', 'boss', 'owner']) await platform.dm(author, 'hello');
  await platform.last(3);
  expect(await root('pause', 'ann')).toMatch(/ann is paused/);
  expect(await elsewhere.dm('U1', 'hello')).toBeNull();
  expect(await elsewhere.last(1)).toMatch(/^Ada is paused for you/);
  // At once after they are two again.
  await call('people.unlink', { account: account('slack', 'U1') }, system);
  expect(await elsewhere.dm('U1', 'hello')).not.toBeNull();
  expect(await elsewhere.last(2)).toBe('echo hello');
  expect(await root('pause', 'boss')).toBe('They have a higher role than you.');
  expect(await root('pause', 'owner')).toBe('An owner cannot be paused.');
  const owner = { what: 'person', connector: 'telegram', userId: 'owner' } as const;
  await expect(call('switches.pause', owner, system)).rejects.toThrow('An owner cannot be paused.');
  // An admin by another account may, and for all of the agent.
  expect(await platform.command('boss', 'pause')).toBe('Ada is paused, until somebody writes /resume.');
  expect(await elsewhere.dm('U3', 'hello')).toBeNull();
  expect(await platform.command('boss', 'resume')).toBe('Ada is no longer paused.');
  expect((await list()).map(({ userId }) => userId)).toEqual(['ann']);
});

it('leave a paused operator no other command either, although the agent was paused before them', async () => {
  for (const author of ['second', 'ann']) await platform.dm(author, 'hi');
  await platform.last(2);
  await root('pause');
  await root('pause', 'second');
  await carrier.operations!.call(
    'roles.give',
    { role: 'operator', account: 'telegram:second', agentId: 'assistant' },
    system,
  );
  expect(await platform.command('second', 'role', 'operator ann')).toMatch(/^Ada is paused/);
  expect(await platform.command('second', 'approve', 'ABCDEFGH')).toMatch(/^Ada is paused/);
  expect(await platform.command('second', 'whoami')).toMatch(/operator/);
  expect(await platform.command('root', 'model')).toContain('Models');
});

it('let go on who became an owner while they were paused', async () => {
  const call = carrier.operations!.call.bind(carrier.operations!);
  await platform.dm('ann', 'hello');
  await platform.last(1);
  await root('pause', 'ann');
  await call('roles.give', { role: 'owner', account: 'telegram:ann' }, system);
  expect(await platform.command('ann', 'resume', 'ann')).toBe(
    'You are paused, and may neither pause nor resume anything.',
  );
  expect(await root('resume', 'ann')).toBe('They have a higher role than you.');
  const ann = { what: 'person', ...level, tenant: 'default', userId: 'ann' } as const;
  expect(await call('switches.resume', ann, system)).toEqual({ resumed: true });
});

it('pause nobody above in any tenant, where none is named', async () => {
  const call = carrier.operations!.call.bind(carrier.operations!);
  const opal = { kind: 'token', name: 'opal', tenant: 'default', role: 'operator', agents: ['assistant'] };
  await call('roles.give', { role: 'owner', account: 'telegram:boss' }, system);
  await call('people.link', { account: 'telegram:boss', other: 'slack/T2:U2' }, system);
  const group = { connector: 'slack', tenant: 'T3', group: 'S1' };
  await call('roles.give', { role: 'admin', group, agentId: 'assistant' }, system);
  elsewhere.groupsOf = async ({ userId, tenant }) => (userId === 'U3' && tenant === 'T3' ? ['S1'] : []);
  const pause = (userId: string) =>
    call(
      'switches.pause',
      { what: 'person', agentId: 'assistant', connector: 'slack', userId },
      opal as never,
    );
  await expect(pause('U2')).rejects.toThrow('An owner cannot be paused.');
  await expect(pause('U3')).rejects.toThrow('They have a higher role than you.');
  expect(await pause('U4')).toMatchObject({ userId: 'U4' });
});
