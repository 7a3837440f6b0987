/** Replies on Slack while they are written, on the real hub: what people see. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig, type HubRigOptions } from './hub-rig.js';

describe('a reply of the real hub on Slack', () => {
  let rig: HubRig;
  const open = async (options: HubRigOptions = {}) => {
    rig = await HubRig.open(options);
  };
  afterEach(() => rig.close());

  const asked = () => rig.hub.model.asked();
  const statusOf = () => rig.slack.team.statuses.at(-1)?.status;
  const direct = { channel: 'D0ALICE' };

  it.each<[string, HubRigOptions, () => { message: { ts: string } }]>([
    ['a channel, in a new thread', {}, () => rig.say(`${rig.bot} tell me`)],
    [
      'a channel, beside the question',
      { connector: { replyIn: 'channel' } },
      () => rig.say(`${rig.bot} tell me`),
    ],
    ['a first direct conversation', {}, () => rig.say('tell me', direct)],
    ['a posted event', { http: true }, () => rig.say(`${rig.bot} tell me`)],
    [
      'a thread of others',
      {},
      () => {
        const root = rig.slack.team.add({ channel: 'C0LOBBY', user: 'U0BOB', text: 'well?' });
        return rig.say(`${rig.bot} tell me`, { threadTs: root.ts });
      },
    ],
  ])(
    '[slack.1] is shown while it is written: %s',
    async (_, options, say) => {
      await open(options);
      for (const word of ['First', 'Second']) {
        say();
        const before = rig.shown().length;
        const draft = (await asked()).say(`${word} of all, I say this. `);
        await until(() => rig.shown().length > before && rig.shown().at(-1)!.includes(`${word} of all`));
        draft.end('And that is it.');
        await until(() => rig.shown().at(-1) === `${word} of all, I say this. And that is it.`);
        expect(rig.shown()).toHaveLength(before + 1);
      }
    },
    40_000,
  );

  it.each<[string, HubRigOptions]>([
    ['chat.startStream', {}],
    ['chat.postMessage', { connector: { replyIn: 'channel' } }],
    ['chat.postMessage', { server: { streaming: false } }],
  ])('is one message though Slack’s answer to its beginning is lost: %s, %j', async (method, options) => {
    await open(options);
    rig.say(`${rig.bot} tell me`);
    rig.slack.faults.on(method, { drop: true, afterwards: true });
    const draft = (await asked()).say('First of all, I say this. ');
    await until(() => rig.shown().length > 0);
    draft.say('And more of it. ');
    await until(() => rig.shown().at(-1)!.includes('And more'));
    draft.end('And that is it.');
    await until(() => rig.shown().some((text) => text.includes('And that is it.')));
    await until(() => rig.hub.seen.delivering === 0);
    expect(rig.shown()).toEqual(['First of all, I say this. And more of it. And that is it.']);
  });

  it.each([
    ['chat.update', 'msg_too_long'],
    ['chat.update', 'user_not_found'],
    ['chat.update', 'cant_update_message'],
    ['chat.update', 'edit_window_closed'],
    ['chat.update', 'message_not_found'],
    ['chat.update', 'invalid_blocks'],
    ['chat.stopStream', 'msg_too_long'],
    ['chat.stopStream', 'user_not_found'],
    ['chat.stopStream', 'streaming_state_conflict'],
  ])(
    '[delivery.7] is whole where %s is refused with %s, and its half is gone',
    async (method, error) => {
      await open();
      rig.say(`${rig.bot} tell me`);
      const draft = (await asked()).say('It begins like this, ');
      await until(() => rig.shown().length === 1);
      rig.slack.faults.on(method, { error, times: 20 });
      draft.end('and ends like that.');
      await until(() => rig.shown().join() === 'It begins like this, and ends like that.');
      expect(rig.slack.team.ofApp()[0]!.streaming).toBe(false);
    },
    40_000,
  );

  it('[delivery.7] is whole in a direct conversation too, however many parts it has', async () => {
    await open();
    rig.say('tell me', direct);
    const draft = (await asked()).say('word ');
    await until(() => rig.shown().length === 1);
    rig.slack.faults.on('chat.update', { error: 'cant_update_message', times: 50 });
    const words = Array.from({ length: 1200 }, (_, n) => `w${n}`);
    draft.end(words.join(' '));
    await until(() => rig.shown().join(' ').includes('w1199') && rig.shown().length === 3, 30_000);
    expect(rig.shown().join(' ').split(/\s+/)).toEqual(['word', ...words]);
  }, 60_000);

  it('[delivery.7] is edited in the end where Slack is away for a while', async () => {
    await open();
    rig.say('tell me', direct);
    const draft = (await asked()).say('word ');
    await until(() => rig.shown().length === 1);
    rig.slack.faults.on('chat.update', { status: 502, page: '<html>502</html>', times: 4 });
    draft.end('by word.');
    await until(() => rig.shown().join() === 'word by word.', 30_000);
  }, 60_000);

  it('[delivery.16] leaves no status behind after a direct reply', async () => {
    await open();
    rig.say('tell me', direct);
    const draft = await asked();
    await until(() => statusOf() === 'is thinking…');
    draft.end('Well.');
    await until(() => rig.shown().length === 1 && statusOf() === '');
  });

  it('[delivery.16] leaves none behind where the reply cannot be delivered', async () => {
    await open();
    rig.slack.faults.on('chat.postMessage', { error: 'restricted_action', times: 50 });
    rig.slack.faults.on('chat.startStream', { error: 'restricted_action', times: 50 });
    rig.say(`${rig.bot} tell me`);
    const draft = await asked();
    await until(() => statusOf() === 'is thinking…');
    draft.end('Well.');
    await until(() => rig.hub.seen.deliveries.length > 0 && statusOf() === '');
  });

  it('[slack.2] goes on in its thread without its name, also before the first answer', async () => {
    await open();
    const { message } = rig.say(`${rig.bot} n1`);
    const first = await asked();
    await rig.say('n2, and more', { user: 'U0BOB', threadTs: message.ts }).acked;
    first.end('re: n1');
    const second = await asked();
    expect(second.asked).toContain('n2');
    second.end('re: n2');
    await until(() => rig.shown().length === 2);
  });

  it('[slack.14] is none where another person is spoken to in its thread', async () => {
    await open();
    rig.hub.model.answer = 'Well.';
    const { message } = rig.say(`${rig.bot} n1`);
    await until(() => rig.shown().length === 1);
    await rig.say('thanks <@U0BOB>, see you at lunch', { threadTs: message.ts }).acked;
    await rig.say('what did <@U0BOB> say?', { threadTs: message.ts }).acked;
    await until(() => rig.shown().length === 2);
    expect(rig.hub.model.requests).toHaveLength(2);
    expect(rig.hub.model.requests[1]!.messages.at(-1)!.text).toContain('what did');
  });

  it.each([true, false])(
    '[slack.10] is given once when an edit adds its name, context: %s',
    async (context) => {
      await open({ gate: { context } });
      rig.hub.model.answer = 'Four.';
      const { message, acked } = rig.say('what is two plus two?');
      await acked;
      await rig.slack.people.edit(message, `${rig.bot} what is two plus two?`);
      await until(() => rig.shown().length === 1);
      await rig.slack.people.announce(message);
      await rig.slack.people.edit(message, `${rig.bot} what is two plus three?`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(rig.shown()).toEqual(['Four.']);
    },
  );
});
