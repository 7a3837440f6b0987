/** An unmodified discord.js between the small Discord and a hub in memory; looked at is what Discord has in the end. */
import { afterEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { until } from '../../support/until.js';
import { answer, openStage, type Stage, type StageOptions } from './stage.js';

let stage: Stage;

async function open(options?: StageOptions): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

afterEach(() => stage.close());

describe('what the hub says', () => {
  it('comes in as many messages as it takes, once each, however often delivery is tried', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} tell`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    const text = Array.from({ length: 150 }, (_, n) => `Sentence number ${n} of a long story.`).join(' ');
    const reply = turn.commit(text)!;
    const outbound = outboundOf(turn.id, memory!, reply);
    // The second part arrives, and nobody hears of it; then Discord is away for a moment.
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { skip: 1 });
    discord.faults.next('POST', /messages$/, { kind: 'status', status: 503 }, { skip: 1, times: 2 });
    let receipt = null;
    for (let tries = 0; tries < 4 && !receipt; tries++) {
      receipt = await connector.deliver!(outbound, AbortSignal.timeout(10_000)).catch((error) => {
        expect(error).toBeInstanceOf(RetryableError);
        return null;
      });
    }
    expect(discord.faults.met).toBe(3);
    expect(receipt?.messageIds).toEqual(discord.said(lobby).map(({ id }) => id));
    const said = discord.said(lobby).map(({ content }) => content);
    expect(said.length).toBeGreaterThan(2);
    expect(said.join(' ')).toBe(text);
    await connector.deliver!({ ...outbound, attempts: 3 }, AbortSignal.timeout(10_000));
    expect(discord.said(lobby)).toHaveLength(said.length);
  });

  it('waits for short rate limits, and gives long ones back with their time', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} hi`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    const outbound = outboundOf(turn.id, memory!, turn.commit('hello')!);
    discord.faults.next('POST', /messages$/, { kind: 'rate-limited', retryAfter: 30 });
    const error = await connector.deliver!(outbound, AbortSignal.timeout(10_000)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(30_000);
    const other = await connect();
    discord.faults.next('POST', /messages$/, { kind: 'rate-limited', retryAfter: 0.1 });
    await other.deliver!(outbound, AbortSignal.timeout(10_000));
    expect(discord.said(lobby)).toMatchObject([{ content: 'hello' }]);
  });

  it('is given up where the bot may not write, and kept where only the token is wrong', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} hi`);
    const [memory] = await host.received();
    const turn = host.begin(memory!);
    const outbound = outboundOf(turn.id, memory!, turn.commit('hello')!);
    const send = () => connector.deliver!(outbound, AbortSignal.timeout(10_000)).catch((error) => error);
    const refuse = (status: number, code: number) =>
      discord.faults.next('POST', /messages$/, { kind: 'status', status, body: { message: 'No', code } });
    for (const [status, code] of [
      [403, 50001],
      [403, 50013],
      [404, 10003],
    ] as const) {
      refuse(status, code);
      expect(await send()).toBeInstanceOf(FatalError);
    }
    refuse(401, 0);
    const error = await send();
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('DISCORD_TOKEN');
    await send();
    expect(discord.said(lobby)).toMatchObject([{ content: 'hello' }]);
    expect(JSON.stringify(host.logged)).not.toContain(discord.token);
  });

  it('comes with files and buttons, and a button is pressed once', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} may you?`);
    const [memory] = await host.received();
    const file = await host.putFile(Buffer.from('a,b\n'), { name: 'plan.csv', mediaType: 'text/csv' });
    await answer(connector, host.begin(memory!), memory!, 'Shall I?', {
      attachments: [file],
      buttons: [
        { label: 'Yes', payload: 'signed-yes', style: 'primary' },
        { label: 'No', payload: 'signed-no', style: 'danger' },
      ],
    });
    const [message] = discord.said(lobby);
    expect(message!.files.map(({ filename, bytes }) => [filename, String(bytes)])).toEqual([
      ['plan.csv', 'a,b\n'],
    ]);

    host.press = async () => {
      throw new FatalError('invalid_field', 'You may not decide this.');
    };
    const refused = alice.press(message!, 'No');
    await until(() => refused.followUps.length === 1);
    expect(refused.followUps).toEqual([{ content: 'You may not decide this.', ephemeral: true }]);
    expect(message!.components).toHaveLength(1);

    host.press = async (press) => {
      host.presses.push(press);
      return 'Noted.';
    };
    const pressed = alice.press(message!, 'Yes');
    await until(() => pressed.followUps.length === 1);
    expect(pressed.followUps).toEqual([{ content: 'Noted.', ephemeral: true }]);
    expect(pressed.acknowledged!.afterMs).toBeLessThan(3000);
    expect(host.presses).toMatchObject([
      { payload: 'signed-yes', author: { id: alice.id }, source: { channel: lobby.id } },
    ]);
    expect(message!.components).toEqual([]);
    // Buttons going does not take the file along.
    expect(message!.files).toHaveLength(1);
  });
});
