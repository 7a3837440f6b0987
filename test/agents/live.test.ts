/** Two agents in a real hub, on the protocol server of a platform: what happens to one is nothing to the other. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Carrier, startCarrier } from '../../src/carrier.js';
import { defineConnector, FatalError, secret as secretSetting } from '../../src/extension-api.js';
import { startTelegramFront, type TelegramFront } from '../platforms/telegram/front.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { Home } from '../support/hub.js';
import { journal } from '../support/journal.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

const tokens = {
  ada: '71001:AAtoken-of-ada_the-first-and-longest',
  cap: '72002:AAtoken-of-cap_the-first-and-longest',
};
const open = { dm: 'open' as const, rate: { perUser: 0, perRoom: 0 } };

let home: Home;
let ada: TelegramServer;
let cap: TelegramServer;
let front: TelegramFront;
let carrier: Carrier | undefined;
let logged: ReturnType<typeof journal>;
/** What the model was asked. */
let asked: string[] = [];

beforeEach(async () => {
  home = new Home();
  rmSync(join(home.characters, 'assistant.json'));
  [ada, cap] = await Promise.all([
    startTelegramServer({ token: tokens.ada, username: 'ada_bot' }),
    startTelegramServer({ token: tokens.cap, username: 'cap_bot' }),
  ]);
  front = await startTelegramFront([ada, cap]);
  logged = journal();
});
afterEach(async () => {
  await carrier?.stop();
  carrier = undefined;
  await Promise.all([front.stop(), ada.stop(), cap.stop()]);
  await home.dispose();
});

function write(id: string, name: string, telegram: object = {}): void {
  home.character(id, { name, bio: '.', plugins: [], connectors: { telegram: { ...open, ...telegram } } });
}

const secret = (name: string, value: string) => home.secret(name, value);

/** Answers with the agent's name, as its definition has it now. */
async function start(
  env: Record<string, string> = {},
  before: () => Promise<void> = async () => {},
  extensions: unknown[] = [],
): Promise<Carrier> {
  const config = home.config({
    TELEGRAM_API_URL: front.url,
    CARRIER_STREAMING: 'false',
    CARRIER_SWEEP_MS: '300',
    ...env,
  });
  asked = [];
  const model = scriptedModel(async (request) => {
    asked.push(lastSaid(request));
    await before();
    const persona = request.system.find((part) => part.kind === 'persona');
    return `${persona?.name}: ${lastSaid(request)}`;
  });
  carrier = await startCarrier(config, logged.log, { model: () => model, extensions });
  return carrier;
}

function talk(server: TelegramServer) {
  const person = server.world.user('Alice');
  const chat = server.world.dm(person);
  return {
    say: (text: string) => void server.people.say(chat, person, text),
    get answers() {
      return server.said(chat).map(({ text }) => text);
    },
  };
}

/** Somebody who writes to an agent without a pause; every message is answered once, in order. */
function stream(server: TelegramServer, name: string) {
  const { say, ...rest } = talk(server);
  const chat = [...server.world.chats.values()].at(-1)!;
  let sent = 0;
  const timer = setInterval(() => say(`${name} ${++sent}`), 40);
  return {
    ...rest,
    async end(): Promise<void> {
      clearInterval(timer);
      const texts = () => server.said(chat).map(({ text }) => text ?? '');
      const numbers = () =>
        texts()
          .flatMap((text) => text.match(/\d+/g) ?? [])
          .map(Number);
      await until(() => numbers().at(-1) === sent);
      expect(sent).toBeGreaterThan(5);
      // A burst is one turn, so one answer may cover several; none is answered twice or before its time.
      expect(numbers()).toEqual([...new Set(numbers())].sort((a, b) => a - b));
    },
  };
}

const pollsWith = (token: string) =>
  front.asked.filter((call) => call.token === token && call.method.toLowerCase() === 'getupdates').length;
const introductions = (token: string) =>
  front.asked.filter((call) => call.token === token && call.method.toLowerCase() === 'getme').length;

/** Connectors of agents; the others are the hub's own. */
const botsOf = (hub: Pick<Carrier, 'connectors'>) => hub.connectors().filter(({ agentId }) => agentId);

describe('an agent while the hub runs', () => {
  it('has a problem no longer once its field is right, not once it is wrong in another way', async () => {
    const define = (type: string) => home.character('ada', { name: 'Ada', bio: '.', plugins: [], type });
    define('convrsational');
    const hub = await start();
    await until(() => hub.problems().length === 1);
    define('conversationl');
    await until(() => hub.problems()[0]?.message.includes('"conversationl"') === true);
    const mended = () => logged.lines.filter(({ msg }) => msg === 'no longer a problem');
    expect(mended()).toEqual([]);
    define('conversational');
    await until(() => mended().length === 1);
    expect(mended()).toMatchObject([{ agentId: 'ada', field: 'type' }]);
  });

  it('[structure.4] comes, changes its name and its token, and goes, and another one answers all the while', async () => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    const hub = await start();
    const steady = stream(ada, 'steady');
    const bob = talk(cap);

    // It comes.
    secret('cap', tokens.cap);
    write('cap', 'Captain', { token: 'file:cap' });
    await until(() => cap.updates.polling, 2000);
    bob.say('one');
    await until(() => bob.answers.length === 1);

    // Another name.
    write('cap', 'Ahab', { token: 'file:cap' });
    await until(() => hub.agents().some(({ character }) => character.name === 'Ahab'), 2000);
    bob.say('two');
    await until(() => bob.answers.length === 2);
    expect(introductions(tokens.cap)).toBe(1);

    // Another token: what is said in between waits, and so does the reply that was on its way.
    const next = '72002:AAtoken-of-cap_the-second-one-of-all';
    front.rotate(cap, next);
    bob.say('three');
    secret('cap', next);
    await until(() => bob.answers.length === 3);
    const polled = pollsWith(tokens.cap);
    bob.say('four');
    await until(() => bob.answers.length === 4);
    expect(pollsWith(tokens.cap)).toBe(polled);
    expect(introductions(tokens.ada)).toBe(1);

    // It goes.
    rmSync(join(home.characters, 'cap.json'));
    await until(() => !cap.updates.polling && botsOf(hub).length === 1, 2000);
    const calls = front.asked.filter(({ token }) => token === next).length;
    bob.say('five');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(front.asked.filter(({ token }) => token === next)).toHaveLength(calls);

    // It comes back, and what was said meanwhile is answered.
    write('cap', 'Ishmael', { token: 'file:cap' });
    await until(() => bob.answers.length === 5);
    expect(bob.answers).toEqual([
      ...['Captain: one', 'Ahab: two', 'Ahab: three', 'Ahab: four', 'Ishmael: five'],
    ]);
    await steady.end();
    expect(hub.problems()).toEqual([]);
  });

  it('[structure.4] is named when the platform refuses its token, and the other one answers', async () => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    const hub = await start();
    const steady = stream(ada, 'steady');
    secret('cap', '72002:AAno-such-token-at-the-platform-here');
    write('cap', 'Captain', { token: 'file:cap' });
    await until(() => hub.problems().length === 1);
    expect(hub.problems()).toMatchObject([
      { agentId: 'cap', connector: 'telegram', message: expect.stringContaining('@BotFather') },
    ]);
    const named = () => logged.lines.filter(({ agentId, level }) => agentId === 'cap' && level === 50);
    await until(() => named().length > 0);
    expect(named()).toMatchObject([
      { connector: 'telegram', msg: expect.stringMatching(/^agent cap: .*BotFather/) },
    ]);
    await until(() => botsOf(hub).length === 1);
    secret('cap', tokens.cap);
    const bob = talk(cap);
    bob.say('hello');
    await until(() => bob.answers.length === 1);
    expect(hub.problems()).toEqual([]);
    await steady.end();
  });

  it('has one poller whatever is edited, and none once the hub has stopped', async () => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    const hub = await start();
    for (let i = 0; i < 8; i++) {
      write('ada', `Ada ${i}`, { token: 'file:ada', groups: i % 2 ? 'always' : 'mention' });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    rmSync(join(home.characters, 'ada.json'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    write('ada', 'Ada', { token: 'file:ada' });
    await until(() => botsOf(hub).length === 1 && ada.updates.polling);
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    expect(alice.answers).toEqual(['Ada: hello']);
    // A second poller under one token would have been refused with a conflict.
    expect(logged.lines.filter(({ msg }) => /409|Conflict/.test(String(msg)))).toEqual([]);
    write('ada', 'Ada', { token: 'file:ada', groups: 'off' });
    await hub.stop();
    carrier = undefined;
    const calls = front.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(front.asked).toHaveLength(calls);
  });

  it('is named when another one has its account', async () => {
    secret('ada', tokens.ada);
    for (const id of ['ada', 'bea']) write(id, id, { token: 'file:ada' });
    const hub = await start();
    expect(hub.problems()).toMatchObject([
      { agentId: 'bea', field: 'connectors.telegram.token', message: expect.stringContaining('agent ada') },
    ]);
    rmSync(join(home.characters, 'ada.json'));
    await until(() => hub.problems().length === 0);
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    expect(alice.answers).toEqual(['bea: hello']);
  });

  it('keeps what waits for it while its definition is gone', async () => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hub = await start({}, () => released);
    const alice = talk(ada);
    alice.say('one');
    await until(() => asked.length === 1);
    alice.say('two');
    await until(() => ada.updates.pending.length === 0);
    rmSync(join(home.characters, 'ada.json'));
    await until(() => botsOf(hub).length === 0);
    release();
    await until(() => logged.lines.some(({ msg }) => /replies wait until it is back/.test(String(msg))));
    // The sweeper has looked a few times: what was said to it is not answered, and not given up.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toHaveLength(1);
    expect(alice.answers).toEqual([]);
    write('ada', 'Ada', { token: 'file:ada' });
    await until(() => alice.answers.length === 2);
    expect(alice.answers).toEqual(['Ada: one', 'Ada: two']);
  });

  it('stops whole though one of its bots does not', async () => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    const bad = (name: string, stop: () => Promise<void>) =>
      defineConnector({
        name,
        settings: z.object({ token: secretSetting() }),
        create: ({ agent }) => ({ name, agentId: agent!.id, start: async () => {}, stop }),
      });
    home.character('cap', {
      ...{ name: 'Captain', bio: '.', plugins: [] },
      connectors: { bad: { token: 'file:bad' }, worse: { token: 'file:bad' } },
    });
    secret('bad', 'any');
    const extensions = [
      bad('bad', async () => {
        throw new Error('I will not stop.');
      }),
      bad('worse', () => {
        throw new Error('Nor will I.');
      }),
    ];
    const hub = await start({}, undefined, extensions);
    expect(botsOf(hub)).toHaveLength(3);
    await hub.stop();
    expect(ada.updates.polling).toBe(false);
    expect(logged.lines.filter(({ msg }) => /did not stop cleanly/.test(String(msg)))).toHaveLength(2);
    // The store is closed, and its folder free for the next one.
    await start();
  });

  it.each(['create', 'start'])(
    '[structure.4] has a bot off whose %s throws, and goes on with its others',
    async (at) => {
      const fault = () => {
        throw new FatalError('config_invalid', 'It needs a better day.', { field: 'BAD_DAY' });
      };
      const extensions = [
        defineConnector({
          name: 'bad',
          settings: z.object({ token: secretSetting() }),
          create: ({ agent }) =>
            at === 'create'
              ? fault()
              : { name: 'bad', agentId: agent!.id, start: async () => fault(), stop: async () => {} },
        }),
      ];
      home.character('ada', {
        ...{ name: 'Ada', bio: '.', plugins: [] },
        connectors: { bad: { token: 'file:ada' }, telegram: { ...open, token: 'file:ada' } },
      });
      secret('ada', tokens.ada);
      const hub = await start({}, undefined, extensions);
      await until(() => hub.problems().length > 0);
      expect(hub.problems()).toEqual([
        { agentId: 'ada', connector: 'bad', field: 'BAD_DAY', message: 'It needs a better day.' },
      ]);
      const alice = talk(ada);
      alice.say('hello');
      await until(() => alice.answers.length === 1);
    },
  );
});

describe('an agent whose token is not there', () => {
  it.each([
    ['at the start', true],
    ['at a reload', false],
  ])('[http-and-cli.2] is off and named %s, and the others run', async (_, atStart) => {
    write('ada', 'Ada', { token: 'file:ada' });
    secret('ada', tokens.ada);
    if (atStart) write('cap', 'Captain', { token: 'env:TELEGRAM_TOKEN_CAP' });
    const hub = await start();
    if (!atStart) write('cap', 'Captain', { token: 'env:TELEGRAM_TOKEN_CAP' });
    await until(() => hub.problems().length > 0);
    expect(hub.problems()).toMatchObject([
      {
        ...{ agentId: 'cap', connector: 'telegram', field: 'connectors.telegram.token' },
        message: expect.stringContaining('TELEGRAM_TOKEN_CAP is not there'),
      },
    ]);
    expect(logged.lines.filter(({ agentId, level }) => agentId === 'cap' && level === 50)).toHaveLength(1);
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    // It talks over HTTP all the same.
    expect(hub.agents().map(({ id }) => id)).toEqual(['ada', 'cap']);
  });
});
