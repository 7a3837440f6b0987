/** The permission matrix in chats: commands by people with each role, given for what is theirs and for what is not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Role, roles } from '../../../src/access/role.js';
import type { Carrier } from '../../../src/carrier.js';
import { turnIdOf } from '../../../src/core/turn.js';
import { defineAction } from '../../../src/extension-api.js';
import type { InputOf, OperationName } from '../../../src/operations/operations.js';
import { Platform } from '../../hub/platform.js';
import { keptFact } from '../../support/facts.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { until } from '../../support/until.js';
import { inChat } from './expectations.js';
import { fateOf, linesOf } from './table.js';

const lines = linesOf(inChat);
const columns = Object.keys(lines[0]!.cells);
const nameOf = (column: string, role: Role) => `${column}-${role}`;
const everybody = columns.flatMap((column) => roles.map((role) => nameOf(column, role)));

const wire = defineAction({
  ...{ name: 'wire', description: 'Wires money.', parameters: z.object({}), needsApproval: true },
  run: async () => 'wired',
});

const home = new Home();
const platform = new Platform();
const slack = new Platform('slack');
let carrier: Carrier;
let made = 0;

const call = <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
  carrier.operations!.call(name, input, { kind: 'system' });

/** For what the people of a column have their roles. */
function levelsOf(column: string, user: string): Pick<InputOf<'roles.give'>, 'agentId' | 'place'>[] {
  const agentId = 'assistant';
  const at = (channel: string) => ({ agentId, place: `telegram/default:${channel}` });
  switch (column) {
    case 'hub':
      return [{}];
    case 'agent':
      return [{ agentId }];
    case 'otherAgent':
      return [{ agentId: 'other' }];
    case 'platform':
      return [{ agentId, place: 'telegram' }];
    case 'otherPlatform':
      return [{ agentId, place: 'slack' }];
    case 'place':
      return [at(user), at('group')];
    case 'otherPlace':
      return [at('elsewhere')];
    default:
      throw new Error(`There is no level for "${column}" here.`);
  }
}

beforeAll(async () => {
  const rate = { perUser: 0, perRoom: 0, perPlace: 0 };
  const gate = { dm: 'pairing', allow: { users: [...everybody, 'zed'] }, places: 'pairing', rate };
  for (const id of ['assistant', 'other'])
    home.character(id, {
      ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
      connectors: { telegram: gate, slack: { dm: 'open' } },
    });
  carrier = await home.carrier({
    connectors: [platform, slack, new Platform('telegram', 'other')],
    plugins: [{ name: 'bank', actions: [wire] }],
    model: () =>
      scriptedModel((request) => {
        const asks = lastSaid(request).endsWith('wire it') && request.messages.at(-1)!.role !== 'tool';
        return asks ? { calls: [{ name: 'wire', arguments: '{}' }] } : `echo ${lastSaid(request)}`;
      }),
  });
  // Links lead there; nobody opens them here.
  carrier.access.signInLinks.listensOn('http://127.0.0.1:1');
  for (const column of columns)
    for (const role of roles)
      for (const level of levelsOf(column, nameOf(column, role)))
        if (role !== 'guest')
          await call('roles.give', { role, account: `telegram:${nameOf(column, role)}`, ...level });
}, 60_000);
afterAll(() => home.dispose());

const resume = (what: Partial<InputOf<'switches.resume'>>) =>
  call('switches.resume', { agentId: 'assistant', ...what } as never);
const zed = { what: 'person', connector: 'telegram', tenant: 'default', userId: 'zed' } as const;
const here = (channel: string) =>
  ({ what: 'place', connector: 'telegram', tenant: 'default', channel }) as const;

async function resumeAll(): Promise<void> {
  await resume({ what: 'agent' });
  await resume({ what: 'place', connector: 'telegram' });
  await resume({ what: 'tools' });
  await resume({ what: 'tools', connector: 'telegram' });
  await resume(zed);
  await resume(here('group'));
}

const paused = (what: Partial<InputOf<'switches.pause'>>) => async () => {
  await call('switches.pause', { agentId: 'assistant', ...what } as never);
  return undefined;
};

/** A code that somebody is told who is not let in, or a place. */
async function code(of: 'person' | 'place'): Promise<string> {
  const who = `new-${++made}`;
  if (of === 'person') await platform.dm(who, 'hello');
  else await platform.say('zed', 'hello', { channel: who, home: false });
  const found = async () => {
    const { requests, placeRequests } = await call('pairings.list', {});
    return [...requests, ...placeRequests].find((one) =>
      of === 'person' ? 'userId' in one && one.userId === who : 'channel' in one && one.channel === who,
    )?.code;
  };
  await until(async () => (await found()) !== undefined);
  return (await found())!;
}

/** A call that zed asks for in the group. */
async function asked(): Promise<string> {
  const { memory } = (await platform.say('zed', 'wire it'))!;
  const found = async () => {
    const { approvals } = await call('approvals.list', { limit: 200 });
    return approvals.find(({ turnId }) => turnId === turnIdOf(memory))?.id;
  };
  await until(async () => (await found()) !== undefined);
  return (await found())!;
}

const linkCode = async (on: Platform, user: string) =>
  /\/link ([A-Z0-9-]+)\n/.exec((await on.command(user, 'link'))!)![1]!;
const unlink = (user: string) => call('people.unlink', { account: `telegram:${user}` });

/** Their own room, in which something was said. */
async function spoken(user: string): Promise<string> {
  await platform.dm(user, 'hello');
  return '';
}
async function spokenInGroup(): Promise<string> {
  await platform.say('zed', 'hello');
  return '';
}
const roomOf = async (user: string) => (await platform.dm(user, 'hello'))!.memory.roomId;
async function answering(user: string, words: string): Promise<string> {
  await call('rooms.takeOver', { roomId: await roomOf(user) });
  return words;
}
async function handBack(user: string): Promise<void> {
  const { memory } = (await platform.say('zed', 'hello'))!;
  for (const roomId of [await roomOf(user), memory.roomId]) await call('rooms.handBack', { roomId });
}

interface Said {
  /** What is made before, and what of it is written; absent: what the line says. */
  args?(user: string): Promise<string | undefined>;
  does: RegExp;
  /** What is done about it afterwards. */
  end?(user: string): Promise<unknown>;
}

/** Their own, where they talk alone. */
async function fact(userId: string): Promise<void> {
  await keptFact(carrier.store, (await platform.dm(userId, 'hello'))!.memory, 'I like herons');
}

/** Their own reminder, where they talk alone. */
async function reminder(userId: string): Promise<string> {
  const { memory } = (await platform.dm(userId, 'hello'))!;
  const { roomId, scope } = memory;
  const where = { connector: 'telegram', tenant: 'default', channel: userId, roomId, scope };
  const grants = [{ role: 'operator' as const, level: {} }];
  const whose = { kind: 'person' as const, ...where, userId, agentId: 'assistant', grants };
  const wanted = { roomId, text: 'stretch', in: 86_400 };
  return (await carrier.operations!.call('schedules.add', wanted, whose)).id;
}

/** Their own document, where they talk alone. */
async function document(userId: string): Promise<string> {
  const { memory } = (await platform.dm(userId, 'hello'))!;
  const { roomId, scope } = memory;
  const where = { connector: 'telegram', tenant: 'default', channel: userId, roomId, scope };
  const grants = [{ role: 'operator' as const, level: {} }];
  const whose = { kind: 'person' as const, ...where, userId, agentId: 'assistant', grants };
  const given = { agentId: 'assistant', name: 'stretching.md', text: 'Stretch often.' };
  return (await carrier.operations!.call('documents.add', given, whose)).id;
}

const given = async () => {
  await call('roles.give', { role: 'member', account: 'telegram:zed', agentId: 'assistant' });
  return undefined;
};
const giving = (role: string): Said => ({ does: new RegExp(`^telegram:zed.* is ${role} for`), end: takeAll });
async function takeAll(): Promise<void> {
  const account = 'telegram:zed';
  const { roles: held } = await call('roles.list', {});
  for (const { account: whose, level } of held) {
    if (whose?.userId !== 'zed') continue;
    const { agentId, ...place } = level;
    await call('roles.take', {
      ...{ account, agentId },
      ...(place.connector && { place: place as { connector: string } }),
    });
  }
}
const pausing = (args?: Said['args']): Said => ({
  ...(args && { args }),
  does: / paused, until/,
  end: resumeAll,
});
const resuming = (args: Said['args'] & {}): Said => ({ args, does: /no longer paused/, end: resumeAll });

const commands: Record<string, Said> = {
  '/help': { does: /\/whoami/ },
  '/help+approve': { does: /\/approve/ },
  '/help+role': { does: /\/role/ },
  '/help+pause': { does: /\/pause.*\/resume/s },
  '/summary': { does: /There is no summary yet/ },
  '/status': { does: /Memories of this conversation/ },
  '/new': { does: /A new conversation/ },
  '/model': { does: /Models, asked in this order/ },
  '/model NAME': { args: async () => 'default', does: /back to the usual models/ },
  '/stop': { does: /nothing to stop/ },
  '/tasks': { does: /no tasks here/ },
  '/task': { does: /no tasks here/ },
  '/forget yes': { does: /nothing that I remember/ },
  '/forget everything': { does: /here and everywhere else/ },
  '/export': { does: /as a file/ },
  '/memory': { does: /I know nothing of you here/ },
  '/memory correct 1 WORDS': {
    async args(user) {
      await fact(user);
      return 'correct 1 I like storks';
    },
    does: /I know now: "I like storks"/,
  },
  '/memory forget 1': {
    async args(user) {
      await fact(user);
      return 'forget 1';
    },
    does: /1 is forgotten/,
  },
  '/schedules': { does: /Nothing is scheduled/ },
  '/schedules remove ID': { args: async (user) => `remove ${await reminder(user)}`, does: /It is off/ },
  '/documents': { does: /There are no documents here/ },
  '/documents remove ID': { args: async (user) => `remove ${await document(user)}`, does: /It is gone/ },
  '/approve CODE': { args: () => code('person'), does: /is let in/ },
  '/approve CODE+place': { args: () => code('place'), does: /is let in/ },
  '/approve ID': { args: asked, does: /is approved by/ },
  '/deny ID': { args: asked, does: /is denied by/ },
  '/link': { does: /Your code is/ },
  '/link CODE': {
    args: (user) => linkCode(slack, `s-${user}`),
    does: /The code is right/,
    end: (user) => slack.command(`s-${user}`, 'link', 'no'),
  },
  '/link yes': {
    async args(user) {
      await slack.command(`s-${user}`, 'link', await linkCode(platform, user));
      return 'yes';
    },
    does: /are linked now/,
    end: unlink,
  },
  '/unlink': {
    async args(user) {
      await call('people.link', { account: `telegram:${user}`, other: `slack:s-${user}` });
      return '';
    },
    does: /This account is by itself again/,
    end: unlink,
  },
  '/whoami': { does: /^You are telegram:/ },
  '/console': { does: /^Open this and press the button/ },
  '/role': { does: /Roles that count here|Nobody was given a role here/ },
  '/role member USER': giving('member'),
  '/role member USER platform': giving('member'),
  '/role member USER here': giving('member'),
  '/role member USER hub': giving('member'),
  '/role admin USER': giving('admin'),
  '/role owner USER': giving('owner'),
  '/role none USER': { args: given, does: /zed is no longer member/, end: takeAll },
  '/pause': pausing(),
  '/pause here': pausing(),
  '/pause tools': pausing(),
  '/pause USER': pausing(),
  '/resume': resuming(paused({ what: 'place', connector: 'telegram' })),
  '/resume here': resuming(paused(here('group'))),
  '/resume USER': resuming(paused(zed)),
};

Object.assign(commands, {
  '/takeover': { args: spoken, does: /It is yours/, end: handBack },
  '/takeover+group': { args: spokenInGroup, does: /It is yours/, end: handBack },
  '/answer TEXT': { args: async (user) => answering(user, 'So it is.'), does: /^Said/, end: handBack },
  '/note TEXT': { args: async (user) => `${await spoken(user)}They know.`, does: /^Noted/ },
  '/note': { args: spoken, does: /Write what is to be noted/ },
  '/handback': { args: async (user) => answering(user, ''), does: /I answer there again/, end: handBack },
} satisfies Record<string, Said>);

const refusals =
  /is for the operators of this agent|decides about ap_|^There is no such approval|: that is not for you as |^No such code|cannot give the role|There is no such room|is not yours to resume/;

describe.each(lines)('$name', ({ name, cells }) => {
  const [line = '', where] = name.split('+');
  const said = commands[name] ?? commands[line]!;
  const [, command = '', words = ''] = /^\/(\w+) ?(.*)$/.exec(line)!;

  it('[governed.4] is carried out for whom it should, and for nobody else', { timeout: 60_000 }, async () => {
    const [was, expected]: Record<string, string>[] = [{}, {}];
    for (const column of columns)
      for (const role of roles) {
        const user = nameOf(column, role);
        const args = (await said.args?.(user)) ?? words.replace('USER', 'telegram:zed');
        const answer = (await platform.command(user, command, args, where !== 'group'))!;
        // What is not in the list is hidden from them.
        const isRefused = command === 'help' ? !said.does.test(answer) : refusals.test(answer);
        was![user] = said.does.test(answer) ? 'done' : isRefused ? 'refused' : answer;
        expected![user] = fateOf(cells[column]!, role) === 'through' ? 'done' : 'refused';
        await said.end?.(user);
      }
    expect(was).toEqual(expected);
  });
});
