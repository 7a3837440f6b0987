/** An unmodified discord.js between the small Discord and a hub in memory; looked at is what Discord has in the end. */
import { afterEach, describe, expect, it } from 'vitest';
import { outboundOf } from '../../../src/testing/connector.js';
import { until } from '../../support/until.js';
import { answer, openStage, type Stage, type StageOptions } from './stage.js';

let stage: Stage;

async function open(options?: StageOptions): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

afterEach(() => stage.close());

describe('a reply that is being written', () => {
  it('is one message from its first words to its last', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    const question = alice.say(lobby, `${name} a story`);
    const [memory] = await host.received();
    await until(() => discord.typing.length > 0);
    const turn = host.begin(memory!);
    turn.delta('Once **upon');
    await until(() => discord.said(lobby).length === 1);
    const [message] = discord.said(lobby);
    expect(message).toMatchObject({ content: 'Once **upon**', replyTo: question.id });
    turn.delta(' a** time');
    await until(() => message!.texts.length === 2);
    expect(message!.content).toBe('Once **upon a** time');
    const rest = Array.from({ length: 120 }, (_, n) => `sentence ${n} goes on.`).join(' ');
    const receipt = await answer(connector, turn, memory!, `Once **upon a** time ${rest}`);
    const said = discord.said(lobby);
    expect(said[0]!.id).toBe(message!.id);
    expect(said.length).toBe(2);
    expect(said.map(({ content }) => content).join(' ')).toBe(`Once **upon a** time ${rest}`);
    expect(receipt.messageIds).toEqual(said.map(({ id }) => id));
  });

  it('is finished by a process that did not begin it', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const first = await connect();
    alice.say(lobby, `${name} a story`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    turn.delta('Once');
    await until(() => discord.said(lobby).length === 1);
    await first.stop();
    const second = await connect();
    await answer(second, turn, memory!, 'Once more.');
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['Once more.']);
  });

  it('[governed.41] is taken away where it will not be sent, and nothing comes in its place', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} where is my parcel?`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    turn.delta('It is lost, I am');
    await until(() => discord.said(lobby).length === 1);
    const outbound = outboundOf(turn.id, memory!, turn.commit('It is lost, I am afraid.')!);
    await connector.withdraw!(outbound);
    expect(discord.said(lobby)).toEqual([]);
    // Asked twice, there is nothing to take away.
    await connector.withdraw!(outbound);
    expect(discord.said(lobby)).toEqual([]);
  });

  it('[governed.41] is taken away by a process that did not begin it', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const first = await connect();
    alice.say(lobby, `${name} where is my parcel?`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    turn.delta('It is lost');
    await until(() => discord.said(lobby).length === 1);
    await first.stop();
    const second = await connect();
    await second.withdraw!(outboundOf(turn.id, memory!, turn.commit('It is lost.')!));
    expect(discord.said(lobby)).toEqual([]);
  });

  it('is sent anew when its message was deleted', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} a story`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    turn.delta('Once');
    await until(() => discord.said(lobby).length === 1);
    alice.delete(discord.said(lobby)[0]!);
    await answer(connector, turn, memory!, 'Once more.');
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['Once more.']);
  });

  it('is only announced by typing where streaming is off', async () => {
    const { discord, host, lobby, alice, name, connect } = await open({ connector: { streaming: false } });
    const connector = await connect();
    alice.say(lobby, `${name} hi`);
    const [memory] = await host.received();
    await until(() => discord.typing.length === 1);
    await answer(connector, host.begin(memory!).delta('he'), memory!, 'hello');
    expect(discord.said(lobby).map(({ texts }) => texts)).toEqual([['hello']]);
  });
});
