/** Replies on the real hub while they are written, and what is left of them: never half an answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Chat } from '../../platforms/telegram/world.js';
import { until } from '../../support/until.js';
import { type Rig, startRig } from './rig.js';

describe('A reply is shown while it is written', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig({ streaming: true });
  });

  afterEach(() => rig.close());

  const begun = async (chat: Chat) => {
    const draft = (await rig.hub.model.asked()).say('Once upon');
    await rig.said((all) => all.length === 1, chat);
    expect(rig.texts(chat)).toEqual(['Once upon']);
    return draft;
  };

  it('in private, in a group and in a topic, each where it was asked', async () => {
    const den = rig.server.world.group('den');
    const forum = rig.server.world.group('forum', { forum: true });
    const topic = rig.server.people.topic(forum, rig.alice, 'Tea');
    for (const [chat, ask] of [
      [rig.chat, () => rig.ask('tell me')],
      [den, () => rig.ask('@eliza_bot tell me', den)],
      [forum, () => rig.server.people.say(forum, rig.alice, '@eliza_bot tell me', { topic })],
    ] as const) {
      ask();
      const draft = await begun(chat);
      draft.end(' a time.');
      await rig.said(() => rig.texts(chat).join() === 'Once upon a time.', chat);
    }
    expect(rig.server.said(den)[0]).toMatchObject({ reply_to_message: { message_id: 1 } });
    expect(rig.server.said(forum)[0]).toMatchObject({ message_thread_id: topic });
  });

  it('[delivery.3] and what a failed turn has shown becomes the word on it', async () => {
    rig.ask('tell me');
    const draft = await begun(rig.chat);
    draft.fail();
    await until(() => rig.texts().length === 1 && !/Once/.test(rig.texts()[0]!));
  });

  it('[delivery.3] and what a stopped turn has shown does not pass for an answer', async () => {
    rig.ask('tell me');
    await begun(rig.chat);
    rig.ask('/stop');
    await until(() => rig.texts().length > 0 && !rig.texts().includes('Once upon'));
  });

  it('[delivery.3] and is whole after the hub was stopped in the middle', async () => {
    rig.ask('tell me');
    await begun(rig.chat);
    await rig.hub.stop(10);
    rig.hub.model.answer = 'Once upon a time.';
    await rig.hub.start();
    await rig.said(() => rig.texts().includes('Once upon a time.'));
    await until(() => !rig.texts().includes('Once upon'));
  });

  it('[delivery.3] and where a basic group has become a supergroup meanwhile, comes whole in the new one', async () => {
    const den = rig.server.world.group('den', { basic: true });
    rig.ask('@eliza_bot tell me', den);
    const draft = await begun(den);
    const next = rig.server.people.migrate(den, rig.alice);
    draft.end(' a time.');
    await rig.said(() => rig.texts(next).join() === 'Once upon a time.', next);
  });
});
