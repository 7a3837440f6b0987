/** Whose a command is: ours, another bot's, or nobody's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

const start = async (gate: object = {}) => {
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', ...gate } },
  });
  const model = scriptedModel((request) => `echo ${lastSaid(request)}`);
  await home.carrier({ connectors: [platform], model: () => model });
};
const us = { account: 'our_bot' };
/** In a group, not named but by what the text says. */
const say = (text: string) => platform.say('ann', text, { ...us, addressed: false });
const dm = (text: string) => platform.dm('ann', text, us);
const stored = async (roomId: string) =>
  (await platform.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);

describe('[telegram.3] a command that names another bot', () => {
  it.each([{ groups: 'always' }, { groups: 'always', commands: false }, { context: true }])(
    'is left alone with %o: neither carried out, nor stored, nor answered',
    async (gate) => {
      await start(gate);
      const { memory } = (await platform.say('ann', 'from ann', us))!;
      await platform.last(1);
      for (const text of ['/forget@otherbot yes', '/new@otherbot', '/stop@our_bot2', '/any_thing@otherbot'])
        expect(await say(text)).toBeNull();
      expect(await dm('/help@otherbot')).toBeNull();
      await platform.say('ann', 'again', us);
      expect(await platform.last(2)).toBe('echo again');
      const kept = await stored(memory.roomId);
      expect(kept).toEqual(['from ann', 'echo from ann', 'again', 'echo again']);
    },
  );
});

describe('[telegram.4] a command that names the agent', () => {
  it('is addressed to it: its own is carried out, any other is answered as talk', async () => {
    await start();
    expect(await say('/ask@our_bot what is 2+2')).not.toBeNull();
    expect(await platform.last(1)).toBe('echo /ask@our_bot what is 2+2');
    await say('/HELP@Our_Bot');
    expect(await platform.last(2)).toMatch(/^I am Ada/);
    await say('/status');
    expect(await platform.last(3)).toMatch(/^Agent/);
    // Nobody's: neither a command nor said to us.
    expect(await say('/dance')).toBeNull();
    expect(await say('see /help')).toBeNull();
  });

  it('is nothing special where the platform’s commands name no account', async () => {
    await start({ context: true });
    const said = { addressed: false };
    const { memory } = (await platform.say('ann', '/forget@our_bot yes', said))!;
    expect(memory.status).toBe('kept');
    expect((await platform.say('ann', '/help', said))!.memory.status).toBe('kept');
    await platform.dm('ann', '/forget@our_bot yes');
    expect(await platform.last(1)).toBe('echo /forget@our_bot yes');
  });
});

describe('[telegram.8] with commands off', () => {
  it('they are ordinary text everywhere', async () => {
    await start({ commands: false });
    await dm('/forget yes');
    expect(await platform.last(1)).toBe('echo /forget yes');
    await dm('/help@our_bot');
    expect(await platform.last(2)).toBe('echo /help@our_bot');
    expect(await say('/help')).toBeNull();
    await say('/help@our_bot');
    expect(await platform.last(3)).toBe('echo /help@our_bot');
    await platform.say('ann', '/new', us);
    expect(await platform.last(4)).toBe('echo /new');
  });
});

describe('[telegram.12] /start with a payload', () => {
  it('is talk, and the payload is kept', async () => {
    await start();
    await dm('/start ref_4711');
    expect(await platform.last(1)).toBe('echo /start ref_4711');
  });
});

describe('[telegram.7] [discord.6] /forget by the platform’s own means', () => {
  it.each([
    [{}, /write: \/forget yes \w+$/],
    [{ commands: false }, /press the button\.$/],
  ])('offers its button, good once, there, for whoever gave it, with %o', async (gate, how) => {
    await start(gate);
    const { memory } = (await platform.dm('ann', 'my secret'))!;
    await platform.last(1);
    const source = platform.source('ann');
    const given = { agentId: 'assistant', source, direct: true, author: { id: 'ann' }, roles: [] };
    const answer = (await platform.host.command({ ...given, name: 'forget', args: '' }))!;
    expect(answer).toMatchObject({
      text: expect.stringMatching(how),
      buttons: [{ label: 'Forget it', style: 'danger' }],
    });
    const [button] = answer.buttons!;
    expect(await stored(memory.roomId)).toHaveLength(2);
    await expect(platform.press('bob', button!.payload, 'ann')).rejects.toMatchObject({
      code: 'button_invalid',
    });
    expect(await platform.press('ann', button!.payload)).toBe('Forgotten: 1 message, 1 reply.');
    await expect(platform.press('ann', button!.payload)).rejects.toMatchObject({ code: 'button_invalid' });
    expect(await stored(memory.roomId)).toEqual([]);
  });

  it('as a message answers through the outbox, which tries again, buttons and all', async () => {
    await start();
    await platform.dm('ann', 'my secret');
    await platform.last(1);
    platform.failing = 2;
    await dm('/forget');
    expect(await platform.last(2)).toMatch(/forget for good: 1 message, 1 reply/);
    expect(platform.shown[1]!.outbound.memory.content.buttons).toHaveLength(1);
    expect(platform.failing).toBe(0);
  });
});
