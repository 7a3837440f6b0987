import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outboundOf } from '../../../src/testing/connector.js';
import { until } from '../../support/until.js';
import { type Bot, startBot } from './bot.js';

describe('A reply on Telegram, while it is written,', () => {
  let bot: Bot;
  let alice: ReturnType<Bot['server']['world']['user']>;
  let chat: ReturnType<Bot['server']['world']['dm']>;

  beforeEach(async () => {
    bot = await startBot();
    alice = bot.server.world.user('Alice');
    chat = bot.server.world.dm(alice);
  });

  afterEach(() => bot.close());

  const said = () => bot.server.said(chat);
  /** Texts the newest message has had, the present one last. */
  const edits = () => (said().at(-1)?.edits as string[] | undefined) ?? [];
  const ask = async (text = 'tell me') => {
    const before = bot.host.inbound.length;
    bot.server.people.say(chat, alice, text);
    await until(() => bot.host.inbound.length > before);
    return bot.host.memories.findLast(({ role }) => role === 'user')!;
  };
  const calls = (method: string) => bot.server.calls.filter((call) => call.method === method);

  it('is typing at first, then one message that grows, and that message is the reply in the end', async () => {
    const question = await ask();
    await until(() => bot.server.world.actions.length > 0);
    expect(bot.server.world.actions[0]).toMatchObject({ chatId: chat.id, action: 'typing' });
    const turn = bot.host.begin(question);
    turn.delta('Once **upon');
    await until(() => said().length === 1);
    expect(said()[0]).toMatchObject({
      text: 'Once upon',
      entities: [{ type: 'bold', offset: 5, length: 4 }],
    });
    turn.delta(' a time** there was `co');
    await until(() => edits().length === 1);
    expect(edits()).toEqual(['Once upon a time there was co']);
    const reply = turn.delta('de`.').commit('Once **upon a time** there was `code`.')!;
    const ids = await bot.deliver(outboundOf(turn.id, question, reply));
    expect(ids).toEqual([`${chat.id}:2`]);
    expect(said()).toMatchObject([{ text: 'Once upon a time there was code.' }]);
    const [first, second] = [calls('sendMessage')[0]!.at, calls('editMessageText')[0]!.at];
    expect(second - first).toBeGreaterThanOrEqual(900);
  });

  it('[governed.41] is taken away where it will not be sent, and nothing comes in its place', async () => {
    const question = await ask();
    const turn = bot.host.begin(question).delta('It is lost, I am');
    await until(() => said().length === 1);
    const outbound = outboundOf(turn.id, question, turn.commit('It is lost, I am afraid.')!);
    await bot.connector.withdraw!(outbound);
    expect(said()).toEqual([]);
    // Asked twice, or where somebody deleted it, there is nothing to take away.
    await bot.connector.withdraw!(outbound);
    expect([said(), calls('sendMessage').length]).toEqual([[], 1]);
  });

  it('[governed.41] that nobody has seen anything of needs no taking away', async () => {
    const question = await ask();
    const turn = bot.host.begin(question);
    await bot.connector.withdraw!(outboundOf(turn.id, question, turn.commit('It is lost.')!));
    expect([said(), calls('deleteMessage')]).toEqual([[], []]);
  });

  it('becomes the first part of a long one, and is delivered once however often that is tried', async () => {
    const question = await ask();
    const turn = bot.host.begin(question);
    const text = Array.from({ length: 500 }, (_, n) => `Sentence ${n}.`).join(' ');
    turn.delta(text);
    await until(() => said().length === 1);
    const outbound = outboundOf(turn.id, question, turn.commit(text)!);
    bot.server.fail({ method: 'sendMessage', status: 500 });
    await expect(bot.deliver(outbound)).rejects.toThrow();
    const ids = await bot.deliver(outbound);
    expect(ids.length).toBeGreaterThan(1);
    expect(
      said()
        .map(({ text }) => text)
        .join(' '),
    ).toBe(text);
    expect(await bot.deliver(outbound)).toEqual(ids);
  });

  it('is sent anew when somebody deleted what was shown of it', async () => {
    const question = await ask();
    const turn = bot.host.begin(question).delta('Once');
    await until(() => said().length === 1);
    bot.server.people.remove(chat, said()[0]!.message_id);
    const outbound = outboundOf(turn.id, question, turn.commit('Once upon a time.')!);
    expect(await bot.deliver(outbound)).toHaveLength(1);
    expect(said()).toMatchObject([{ text: 'Once upon a time.' }]);
  });

  it('is finished by another process when its own has stopped', async () => {
    const question = await ask();
    const turn = bot.host.begin(question).delta('Once');
    await until(() => said().length === 1);
    await bot.connector.stop();
    const successor = await bot.another();
    const outbound = outboundOf(turn.id, question, turn.commit('Once upon a time.')!);
    const receipt = await successor.deliver!(outbound, AbortSignal.timeout(10_000));
    expect(receipt.messageIds).toEqual([`${chat.id}:2`]);
    expect(said()).toMatchObject([{ text: 'Once upon a time.' }]);
  });

  it('comes whole when Telegram wants no edits just then', async () => {
    const question = await ask();
    const turn = bot.host.begin(question).delta('Once');
    await until(() => said().length === 1);
    bot.server.fail({ method: 'editMessageText', status: 429, retryAfter: 1 });
    turn.delta(' upon');
    await until(() => calls('editMessageText').length === 1);
    const outbound = outboundOf(turn.id, question, turn.commit('Once upon a time.')!);
    await bot.deliver(outbound);
    expect(said()).toMatchObject([{ text: 'Once upon a time.' }]);
  });

  it('leaves nothing of a message that ends without words', async () => {
    const question = await ask();
    const turn = bot.host.begin(question).delta('Let me see');
    await until(() => said().length === 1);
    turn.commit(null);
    await until(() => said().length === 0);
  });

  it('answers in its topic, at the pace of a group', async () => {
    const forum = bot.server.world.group('forum', { forum: true });
    const topic = bot.server.people.topic(forum, alice, 'Tea');
    bot.server.people.say(forum, alice, '@eliza_bot tea?', { topic });
    await bot.host.received();
    await until(() => bot.server.world.actions.some((action) => action.topic === topic));
    const question = bot.host.memories[0]!;
    const turn = bot.host.begin(question).delta('Green');
    await until(() => bot.server.said(forum).length === 1);
    expect(bot.server.said(forum)[0]).toMatchObject({
      message_thread_id: topic,
      reply_to_message: { message_id: topic + 1 },
    });
    await bot.deliver(outboundOf(turn.id, question, turn.commit('Green, please.')!));
    expect(bot.server.said(forum)).toMatchObject([{ text: 'Green, please.' }]);
  });
});
