/** What is wrong with one of two agents in a real hub is named, and the other one answers. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnector, FatalError, secret as secretSetting } from '../../src/extension-api.js';
import type { TelegramServer } from '../platforms/telegram/server.js';
import { until } from '../support/until.js';
import { botsOf, LiveStage, open, stream, talk, tokens } from './live-stage.js';

let stage: LiveStage;
let ada: TelegramServer;
let cap: TelegramServer;
beforeEach(async () => {
  stage = new LiveStage();
  await stage.open();
  ({ ada, cap } = stage);
});
afterEach(() => stage.close());

describe('an agent while the hub runs', () => {
  it('has a problem no longer once its field is right, not once it is wrong in another way', async () => {
    const define = (type: string) =>
      stage.home.character('ada', { name: 'Ada', bio: '.', plugins: [], type });
    define('convrsational');
    const hub = await stage.start();
    await until(() => hub.problems().length === 1);
    define('conversationl');
    await until(() => hub.problems()[0]?.message.includes('"conversationl"') === true);
    const mended = () => stage.logged.lines.filter(({ msg }) => msg === 'no longer a problem');
    expect(mended()).toEqual([]);
    define('conversational');
    await until(() => mended().length === 1);
    expect(mended()).toMatchObject([{ agentId: 'ada', field: 'type' }]);
  });

  it('[structure.4] is named when the platform refuses its token, and the other one answers', async () => {
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    const hub = await stage.start();
    const steady = stream(ada, 'steady');
    stage.secret('cap', '72002:AAno-such-token-at-the-platform-here');
    stage.write('cap', 'Captain', { token: 'file:cap' });
    await until(() => hub.problems().length === 1);
    expect(hub.problems()).toMatchObject([
      { agentId: 'cap', connector: 'telegram', message: expect.stringContaining('@BotFather') },
    ]);
    const named = () => stage.logged.lines.filter(({ agentId, level }) => agentId === 'cap' && level === 50);
    await until(() => named().length > 0);
    expect(named()).toMatchObject([
      { connector: 'telegram', msg: expect.stringMatching(/^agent cap: .*BotFather/) },
    ]);
    await until(() => botsOf(hub).length === 1);
    stage.secret('cap', tokens.cap);
    const bob = talk(cap);
    bob.say('hello');
    await until(() => bob.answers.length === 1);
    expect(hub.problems()).toEqual([]);
    await steady.end();
  });

  it('is named when another one has its account', async () => {
    stage.secret('ada', tokens.ada);
    for (const id of ['ada', 'bea']) stage.write(id, id, { token: 'file:ada' });
    const hub = await stage.start();
    expect(hub.problems()).toMatchObject([
      { agentId: 'bea', field: 'connectors.telegram.token', message: expect.stringContaining('agent ada') },
    ]);
    rmSync(join(stage.home.characters, 'ada.json'));
    await until(() => hub.problems().length === 0);
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    expect(alice.answers).toEqual(['bea: hello']);
  });

  it('stops whole though one of its bots does not', async () => {
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    const bad = (name: string, stop: () => Promise<void>) =>
      defineConnector({
        name,
        settings: z.object({ token: secretSetting() }),
        create: ({ agent }) => ({ name, agentId: agent!.id, start: async () => {}, stop }),
      });
    stage.home.character('cap', {
      ...{ name: 'Captain', bio: '.', plugins: [] },
      connectors: { bad: { token: 'file:bad' }, worse: { token: 'file:bad' } },
    });
    stage.secret('bad', 'any');
    const extensions = [
      bad('bad', async () => {
        throw new Error('I will not stop.');
      }),
      bad('worse', () => {
        throw new Error('Nor will I.');
      }),
    ];
    const hub = await stage.start({}, undefined, extensions);
    expect(botsOf(hub)).toHaveLength(3);
    await hub.stop();
    expect(ada.updates.polling).toBe(false);
    expect(stage.logged.lines.filter(({ msg }) => /did not stop cleanly/.test(String(msg)))).toHaveLength(2);
    // The store is closed, and its folder free for the next one.
    await stage.start();
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
      stage.home.character('ada', {
        ...{ name: 'Ada', bio: '.', plugins: [] },
        connectors: { bad: { token: 'file:ada' }, telegram: { ...open, token: 'file:ada' } },
      });
      stage.secret('ada', tokens.ada);
      const hub = await stage.start({}, undefined, extensions);
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
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    if (atStart) stage.write('cap', 'Captain', { token: 'env:TELEGRAM_TOKEN_CAP' });
    const hub = await stage.start();
    if (!atStart) stage.write('cap', 'Captain', { token: 'env:TELEGRAM_TOKEN_CAP' });
    await until(() => hub.problems().length > 0);
    expect(hub.problems()).toMatchObject([
      {
        ...{ agentId: 'cap', connector: 'telegram', field: 'connectors.telegram.token' },
        message: expect.stringContaining('TELEGRAM_TOKEN_CAP is not there'),
      },
    ]);
    expect(stage.logged.lines.filter(({ agentId, level }) => agentId === 'cap' && level === 50)).toHaveLength(
      1,
    );
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    // It talks over HTTP all the same.
    expect(hub.agents().map(({ id }) => id)).toEqual(['ada', 'cap']);
  });
});
