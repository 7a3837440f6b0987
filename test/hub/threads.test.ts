/** Threads in which the agent was addressed are the agent's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
let release: () => void;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  model = scriptedModel(async (request) => {
    if (lastSaid(request).includes('slow')) await held;
    return `echo ${lastSaid(request)}`;
  });
});
afterEach(() => home.dispose());

const start = async (gate: object = {}) => {
  await carrier?.stop();
  home.character('assistant', { ...{ name: 'Ada', bio: '.', plugins: [] }, connectors: { telegram: gate } });
  carrier = await home.carrier({ connectors: [platform], model: () => model });
};
const overheard = { addressed: false, threaded: true, thread: 't1' };
const asked = { addressed: true, threaded: true, thread: 't1' };

describe('[slack.2] [discord.8] a thread in which the agent was addressed', () => {
  it('is the agent’s at once, before the first answer is there, for everybody', async () => {
    await start();
    expect(await platform.say('ann', 'before', overheard)).toBeNull();
    await platform.say('ann', 'slow question', asked);
    await until(() => model.requests.length === 1);
    expect(await platform.say('bob', 'a follow-up', overheard)).toMatchObject({
      memory: { status: 'pending' },
    });
    release();
    expect(await platform.last(2)).toMatch(/a follow-up$/);
    // No other thread, and not the channel.
    expect(await platform.say('ann', 'elsewhere', { ...overheard, thread: 't2' })).toBeNull();
    expect(await platform.say('ann', 'outside', { addressed: false })).toBeNull();
  });

  it('stays the agent’s after a restart, and for another gateway', async () => {
    await start();
    await platform.say('ann', 'question', asked);
    await platform.last(1);
    await start();
    expect(await platform.say('ann', 'and then?', overheard)).not.toBeNull();
    expect(await platform.last(2)).toBe('echo and then?');
  });

  it('is so where the agent spoke before threads were noted', async () => {
    await start({ groups: 'always', threads: 'mention' });
    await platform.say('ann', 'question', overheard);
    await platform.last(1);
    await start({ context: true });
    expect(await platform.say('ann', 'and then?', overheard)).toMatchObject({
      memory: { status: 'pending' },
    });
    // People's talk alone makes no thread the agent's.
    for (const text of ['one', 'two'])
      expect(await platform.say('ann', text, { ...overheard, thread: 't4' })).toMatchObject({
        memory: { status: 'kept' },
      });
  });

  it('is not where its place or person was not let in', async () => {
    await start({ deny: { users: ['eve'] } });
    expect(await platform.say('eve', 'question', asked)).toBeNull();
    expect(await platform.say('ann', 'question', { ...asked, home: false, thread: 't1' })).toBeNull();
    expect(await platform.say('ann', 'talk', overheard)).toBeNull();
  });

  it('is no reason in a topic, or where a mention is wanted', async () => {
    await start({ threads: 'mention' });
    await platform.say('ann', 'question', asked);
    expect(await platform.say('ann', 'follow-up', overheard)).toBeNull();
    await start();
    await platform.say('ann', 'question', { addressed: true, thread: 'topic' });
    expect(await platform.say('ann', 'more', { addressed: false, thread: 'topic' })).toBeNull();
  });
});

describe('[slack.14] [discord.8] talk to somebody else in the agent’s thread', () => {
  it('is left alone, and kept where talk is', async () => {
    await start();
    await platform.say('ann', 'question', asked);
    await platform.last(1);
    const toAlice = { ...overheard, addressesAnother: true };
    expect(await platform.say('ann', 'thanks @Alice, see you at lunch', toAlice)).toBeNull();
    expect(await platform.say('ann', '@Alice, and @Ada too', { ...toAlice, addressed: true })).not.toBeNull();
    await platform.last(2);
    await start({ context: true });
    expect(await platform.say('ann', '@Alice bye', toAlice)).toMatchObject({ memory: { status: 'kept' } });
    expect(await platform.say('ann', 'and now?', overheard)).toMatchObject({ memory: { status: 'pending' } });
    expect(await platform.last(3)).toMatch(/and now\?$/);
  });
});
