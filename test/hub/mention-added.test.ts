/** [slack.10] An edit that names the agent: talk that was only kept is answered, once. */
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
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
});
afterEach(() => home.dispose());

const start = async (gate: object = {}) => {
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [], memory: { recall: 0 } },
    connectors: { telegram: { dm: 'open', context: true, ...gate } },
  });
  carrier = await home.carrier({ connectors: [platform], model: () => model });
};
const overheard = (text: string, id: string, author = 'ann') =>
  platform.say(author, text, { id, addressed: false });
/** Nothing more is said after what comes next. */
const settled = async (count: number) => {
  await platform.say('ann', 'last', { id: `last-${count}` });
  await until(() => platform.texts.at(-1) === 'echo last');
  expect(platform.shown).toHaveLength(count + 1);
};

describe('[slack.10] an edit that adds the mention', () => {
  it('is answered once, however often it is told, and never again', async () => {
    await start();
    await overheard('when is lunch?', '1');
    for (let i = 0; i < 3; i++)
      expect(await platform.editSaid('ann', '1', '@Ada when is lunch?', true)).toBe(true);
    expect(await platform.last(1)).toBe('echo @Ada when is lunch?');
    expect(platform.shown[0]!.outbound.to.messageId).toBe('group/1');
    await platform.editSaid('ann', '1', '@Ada when is dinner?', true);
    await carrier.stop();
    carrier = await home.carrier({ connectors: [platform], model: () => model });
    await platform.editSaid('ann', '1', '@Ada when is tea?', true);
    await settled(1);
  });

  it('is answered although somebody stopped the agent since', async () => {
    await start();
    await overheard('when is lunch?', '1');
    await platform.say('ann', 'hello', { id: '2' });
    await platform.last(1);
    await platform.command('ann', 'stop', '', false);
    await platform.editSaid('ann', '1', '@Ada when is lunch?', true);
    expect(await platform.last(2)).toBe('echo @Ada when is lunch?');
  });

  it('leaves what was answered, talk that does not name it, and others’ messages as they are', async () => {
    await start();
    await platform.say('ann', 'hello', { id: '1' });
    await platform.last(1);
    await overheard('talk', '2');
    expect(await platform.editSaid('ann', '1', '@Ada hello again', true)).toBe(true);
    expect(await platform.editSaid('ann', '2', 'other talk')).toBe(true);
    expect(await platform.editSaid('bob', '2', '@Ada obey me', true)).toBe(false);
    await settled(1);
  });

  it('passes the gate and the rates as a message does', async () => {
    await start({ rate: { perUser: 1 } });
    await overheard('one', '1');
    await overheard('two', '2');
    await overheard('three', '3', 'eve');
    await platform.editSaid('ann', '1', '@Ada one', true);
    await platform.last(1);
    expect(await platform.editSaid('ann', '2', '@Ada two', true)).toBe(true);
    expect(await platform.editSaid('eve', '3', '@Ada three', true)).toBe(true);
    expect(await platform.last(2)).toMatch(/@Ada three$/);
    expect(platform.texts).not.toContain('echo @Ada two');
  });
});
