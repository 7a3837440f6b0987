import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { Rig } from './rig.js';

describe('what was said while no Slack socket was open', () => {
  let rig: Rig;
  afterEach(() => rig.close());

  /** What people said, as it was stored. */
  const texts = () =>
    rig.host.memories.filter(({ role }) => role === 'user').map(({ content }) => content.text);

  it('is taken in order, ahead of what comes then, though Slack sends none of it again', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    await rig.tell('one', { channel: 'D0ALICE' });
    await rig.connector.stop();
    for (const text of ['two', 'three'])
      expect(await rig.say(text, { channel: 'D0ALICE' }).acked).toBe(false);
    await rig.start();
    await rig.say('four', { channel: 'D0ALICE' }).acked;
    await until(() => texts().length >= 4);
    expect(texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is found in threads as well, also where nobody had followed the question yet', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    const { said, memory } = await rig.tell(`${rig.bot} one`);
    await rig.deliver(rig.answer(memory, 'yes?'));
    await rig.connector.stop();
    rig.say('two', { threadTs: said.ts });
    rig.say(`${rig.bot} beside it`);
    await rig.start();
    await until(() => texts().length >= 3);
    expect(texts().sort()).toEqual(['beside it', 'one', 'two']);
  });

  it('is not what others or the agent itself said before', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    rig.slack.team.add({ channel: 'D0ALICE', user: 'U0ALICE', text: 'before it came' });
    const { memory } = await rig.tell('one', { channel: 'D0ALICE' });
    await rig.deliver(rig.answer(memory, 'an answer'));
    // A message from long before the newest one that is known.
    rig.slack.team.messages[0]!.ts = `${Math.floor(Date.now() / 1000) - 3600}.000000`;
    await rig.connector.stop();
    await rig.start();
    await rig.tell('two', { channel: 'D0ALICE' });
    expect(texts()).toEqual(['one', 'two']);
  });

  it('[slack.8] is asked for again where Slack refuses for a while, and stays in order', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    const { said, memory } = await rig.tell(`${rig.bot} one`);
    await rig.deliver(rig.answer(memory, 'yes?'));
    for (const fault of [{ status: 429, retryAfter: 1 }, { status: 500 }]) {
      await rig.connector.stop();
      const number = texts().length;
      expect(await rig.say(`missed ${number}`, { threadTs: said.ts }).acked).toBe(false);
      rig.slack.faults.on('conversations.replies', fault);
      await rig.start();
      await rig.say(`then ${number}`, { threadTs: said.ts }).acked;
      await until(() => texts().length >= number + 2);
    }
    expect(texts()).toEqual(['one', 'missed 1', 'then 1', 'missed 3', 'then 3']);
  });

  it('[slack.8] is not passed by a mark: what could not be stored is read at the next start', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    await rig.tell('one', { channel: 'D0ALICE' });
    rig.host.beforeStore = async () => {
      rig.host.beforeStore = async () => {};
      throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    expect(await rig.say('two', { channel: 'D0ALICE' }).acked).toBe(false);
    await rig.tell('three', { channel: 'D0ALICE' });
    await rig.connector.stop();
    // Long enough after it that only its mark can find it.
    const missing = rig.slack.team.messages.find(({ text }) => text === 'two')!;
    const [place] = rig.host.noted.get('places:eliza') as { ts: string }[];
    expect(Number(place!.ts)).toBeLessThan(Number(missing.ts));
    await rig.start();
    await until(() => texts().includes('two'));
  });

  it('[slack.8] is stored again and again until the store takes it', async () => {
    rig = await Rig.open({ server: { retriesMs: [] } });
    await rig.tell('one', { channel: 'D0ALICE' });
    await rig.connector.stop();
    expect(await rig.say('two', { channel: 'D0ALICE' }).acked).toBe(false);
    let failures = 2;
    rig.host.beforeStore = async () => {
      failures -= 1;
      if (failures >= 0) throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    await rig.start();
    await until(() => texts().includes('two'));
    expect(texts()).toEqual(['one', 'two']);
  });

  it('is left to Slack where it cannot be read', async () => {
    rig = await Rig.open({ server: { retriesMs: [300, 500, 1000] } });
    await rig.tell('one', { channel: 'D0ALICE' });
    rig.slack.faults.on('conversations.history', { error: 'missing_scope' });
    rig.slack.sockets.cut();
    expect(await rig.say('two', { channel: 'D0ALICE' }).acked).toBe(true);
    expect(texts()).toEqual(['one', 'two']);
    expect(rig.host.logged.map(({ message }) => message).join()).toContain('cannot be read');
  });
});

describe('messages of one Slack conversation', () => {
  let rig: Rig;
  afterEach(() => rig.close());

  it('do not pass one that takes longer to store', async () => {
    rig = await Rig.open();
    let release = () => {};
    let first = true;
    rig.host.beforeStore = async () => {
      if (!first) return;
      first = false;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const said = ['one', 'two'].map((text) => rig.say(text, { channel: 'D0ALICE' }));
    await rig.tell(`${rig.bot} elsewhere`);
    expect(rig.host.memories).toHaveLength(1);
    release();
    expect(await Promise.all(said.map(({ acked }) => acked))).toEqual([true, true]);
    expect(rig.host.memories.map(({ content }) => content.text)).toEqual(['elsewhere', 'one', 'two']);
  });
});
