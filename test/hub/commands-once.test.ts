/** Commands that come again: each is carried out once, and a redelivered message that was forgotten stays so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { Plugin } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
beforeEach(async () => {
  home = new Home();
  platform = new Platform();
  paid = 0;
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: ['till'], memory: { recall: 0 } },
    connectors: { telegram: { dm: 'open', operators: ['root'] } },
  });
  await start();
});
afterEach(() => home.dispose());

let paid: number;
const till: Plugin = {
  name: 'till',
  commands: [{ name: 'pay', about: 'pays', run: () => `paid ${++paid}` }],
};
const start = async () => {
  carrier = await home.carrier({ connectors: [platform], model: () => model, plugins: [till] });
};
const restart = async () => {
  await carrier.stop();
  await start();
};
const talk = async (text: string, id?: string) => {
  const before = platform.shown.length;
  const receipt = (await platform.dm('ann', text, { id }))!;
  await platform.last(before + 1);
  return receipt.memory;
};
const stored = async (roomId: string) =>
  (await platform.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);
const prompt = () => model.requests.at(-1)!.messages.map(({ text }) => text);

/** The process dies once the command has done its work, and before its answer is stored. */
const dyingBeforeTheAnswer = async (command: () => Promise<unknown>) => {
  const { turns } = carrier.store;
  const commit = turns.commit.bind(turns);
  turns.commit = async (what) => {
    if (what.outbound) throw new Error('the process died');
    return commit(what);
  };
  await expect(command()).rejects.toThrow('died');
  await restart();
};

describe('[telegram.1] a command that comes again', () => {
  it('forgets nothing that was said since, also after a restart', async () => {
    const { roomId } = await talk('my PIN is 4711');
    await platform.dm('ann', '/forget yes', { id: 'f' });
    expect(await platform.last(2)).toBe('Forgotten: 2 memories.');
    await talk('call me Ann');
    await platform.dm('ann', '/forget yes', { id: 'f' });
    await restart();
    await platform.dm('ann', '/forget yes', { id: 'f' });
    expect(await stored(roomId)).toEqual(['call me Ann', 'echo call me Ann']);
    await talk('more');
    expect(platform.texts.filter((text) => text.startsWith('Forgotten'))).toHaveLength(1);
  });

  it('begins no conversation anew a second time, and says nothing twice', async () => {
    await talk('one');
    await platform.dm('ann', '/new', { id: 'n' });
    await platform.last(2);
    await talk('two');
    await platform.dm('ann', '/new', { id: 'n' });
    await restart();
    await platform.dm('ann', '/new', { id: 'n' });
    await platform.dm('ann', '/status', { id: 's' });
    await platform.dm('ann', '/status', { id: 's' });
    await platform.last(4);
    await talk('three');
    expect(prompt()).toEqual(['two', 'echo two', 'three']);
    expect(platform.texts.map((text) => text.split(/[ :]/)[0])).toEqual([
      'echo',
      'A',
      'echo',
      'Agent',
      'echo',
    ]);
  });

  it('is finished where it was cut off, as of the time it was given', async () => {
    const { roomId } = await talk('my PIN is 4711');
    await dyingBeforeTheAnswer(() => platform.dm('ann', '/forget yes', { id: 'f' }));
    await talk('call me Ann');
    await platform.dm('ann', '/forget yes', { id: 'f' });
    await until(() => platform.texts.some((text) => /nothing that I remember/.test(text)));
    expect(await stored(roomId)).toEqual(['call me Ann', 'echo call me Ann']);
    await dyingBeforeTheAnswer(() => platform.dm('ann', '/new', { id: 'n' }));
    await talk('two');
    await platform.dm('ann', '/new', { id: 'n' });
    await until(() => platform.texts.at(-1)!.startsWith('A new'));
    await talk('three');
    expect(prompt()).toEqual(['two', 'echo two', 'three']);
  }, 30_000);

  it('stops no turn that began since', async () => {
    await dyingBeforeTheAnswer(() => platform.dm('ann', '/stop', { id: 's' }));
    let release = () => {};
    const held = new Promise<string>((resolve) => {
      release = () => resolve('done');
    });
    model = scriptedModel(() => held);
    await restart();
    await platform.dm('ann', 'slow');
    await until(() => model.requests.length === 1);
    await platform.dm('ann', '/stop', { id: 's' });
    await until(() => platform.texts.includes('There is nothing to stop.'));
    release();
    await until(() => platform.texts.includes('done'));
  }, 30_000);

  it('of a plugin is not begun a second time where it was cut off: that is said', async () => {
    await platform.dm('ann', '/pay', { id: 'p' });
    await platform.dm('ann', '/pay', { id: 'p' });
    await dyingBeforeTheAnswer(() => platform.dm('ann', '/pay', { id: 'q' }));
    await platform.dm('ann', '/pay', { id: 'q' });
    await until(() => platform.texts.length === 2);
    expect(platform.texts).toEqual(['paid 1', expect.stringMatching(/^\/pay was cut off/)]);
    await platform.dm('ann', '/pay', { id: 'r' });
    expect(await platform.last(3)).toBe('paid 3');
  });

  it('is carried out once by the platform’s own means, too, and gives the same', async () => {
    const { roomId } = await talk('my PIN is 4711');
    const call = {
      ...{ agentId: 'assistant', id: 'call-1', source: platform.source('ann'), direct: true },
      ...{ author: { id: 'ann' }, roles: [], name: 'forget', args: 'yes' },
    };
    const [first, twin] = await Promise.all([platform.host.command(call), platform.host.command(call)]);
    expect([first, twin]).toEqual([{ text: 'Forgotten: 2 memories.' }, first]);
    await talk('it rains');
    await restart();
    expect(await platform.host.command(call)).toEqual(first);
    expect(await stored(roomId)).toEqual(['it rains', 'echo it rains']);
    expect(await platform.host.command({ ...call, id: 'call-2' })).toEqual(first);
  });
});

describe('[telegram.2] a forgotten message that comes again', () => {
  it('is neither stored nor answered, also after a restart', async () => {
    const { roomId } = await talk('my PIN is 4711', 'pin');
    await platform.dm('ann', '/forget yes');
    await platform.last(2);
    expect(await platform.dm('ann', 'my PIN is 4711', { id: 'pin' })).toBeNull();
    await restart();
    expect(await platform.dm('ann', 'my PIN is 4711', { id: 'pin' })).toBeNull();
    await talk('hello');
    expect(await stored(roomId)).toEqual(['hello', 'echo hello']);
    const { notes } = carrier.store;
    expect(JSON.stringify(await notes.list('gone:', 10))).not.toMatch(/pin|ann/i);
  });

  it('stays so when it was deleted on the platform', async () => {
    const { roomId } = await talk('my PIN is 4711', 'pin');
    expect(await platform.host.remove(platform.key('ann', 'pin'))).toBe(true);
    expect(await platform.dm('ann', 'my PIN is 4711', { id: 'pin' })).toBeNull();
    expect(await stored(roomId)).toEqual([]);
  });

  it('stays so when an operator forgot the person, and the others are heard', async () => {
    await talk('my PIN is 4711', 'pin');
    const person = { connector: 'telegram', userId: 'ann' };
    await carrier.operations!.call('people.forget', person, { kind: 'system' });
    expect(await platform.dm('ann', 'my PIN is 4711', { id: 'pin' })).toBeNull();
    // Of another person, whatever its number on the platform.
    expect(await platform.dm('bob', 'my PIN is 4711', { id: 'pin' })).not.toBeNull();
  });
});
