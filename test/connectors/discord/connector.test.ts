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

describe('what people do', () => {
  it('in a channel, by name, is answered below the question', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    const question = alice.say(lobby, `${name} what is 6 × 7?`);
    const [memory] = await host.received();
    expect(memory).toMatchObject({
      content: { text: 'what is 6 × 7?' },
      source: { connector: 'discord', channel: lobby.id, messageId: question.id },
      author: { name: 'Alice' },
    });
    expect(host.inbound[0]).toMatchObject({ addressed: true, direct: false });
    const receipt = await answer(connector, host.begin(memory!), memory!, '**42**, @everyone');
    const said = discord.said(lobby);
    expect(said).toMatchObject([{ content: '**42**, @everyone', replyTo: question.id }]);
    expect(said[0]!.pinged).toEqual({ everyone: false, users: [], roles: [] });
    expect(receipt.messageIds).toEqual([said[0]!.id]);
  });

  it('in a direct conversation is answered there', async () => {
    const { discord, host, alice, connect } = await open();
    const connector = await connect();
    alice.say(alice.direct(), 'psst');
    const [memory] = await host.received();
    expect(host.inbound[0]).toMatchObject({ direct: true, addressed: true, source: { tenant: '@me' } });
    await answer(connector, host.begin(memory!), memory!, 'yes?');
    expect(discord.said(alice.direct())).toMatchObject([{ content: 'yes?' }]);
  });

  it('in a thread is a room of its own, which the bot has joined once it was named there', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    const thread = alice.startThread(lobby, 'Trip');
    alice.say(thread, 'just us');
    alice.say(thread, `${name} where to?`);
    alice.say(thread, 'and when?');
    const memories = await host.received(3);
    expect(host.inbound.map(({ addressed }) => addressed)).toEqual([false, true, true]);
    expect(new Set(memories.map(({ source }) => `${source.channel} ${source.thread}`))).toEqual(
      new Set([`${lobby.id} ${thread.id}`]),
    );
    await answer(connector, host.begin(...memories), memories[2]!, 'Tomorrow.');
    expect(discord.said(thread)).toMatchObject([{ content: 'Tomorrow.' }]);
    expect(discord.said(lobby)).toEqual([]);
  });

  it('in a forum is a post with its title', async () => {
    const { discord, guild, host, alice, name, connect } = await open();
    const connector = await connect();
    const forum = discord.addChannel(guild, 'support', 'forum');
    const { thread } = alice.post(forum, 'Printer', `${name} it is on fire`);
    const [memory] = await host.received();
    expect(memory).toMatchObject({
      content: { text: 'Printer\n\nit is on fire' },
      source: { channel: forum.id, thread: thread.id },
    });
    await answer(connector, host.begin(memory!), memory!, 'Unplug it.');
    expect(discord.said(thread)).toMatchObject([{ content: 'Unplug it.', replyTo: thread.id }]);
  });

  it('among themselves is overheard; machines are marked, and the bot does not hear itself', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, 'nice weather');
    discord.automatic(lobby, 'beep');
    alice.say(lobby, `${name} hello`);
    const memories = await host.received(2);
    await answer(connector, host.begin(memories[1]!), memories[1]!, 'Hello.');
    alice.say(lobby, 'bye');
    await host.received(3);
    expect(host.inbound.map(({ text, addressed }) => [text, addressed])).toEqual([
      ['nice weather', false],
      ['hello', true],
      ['bye', false],
    ]);
  });

  it('changes and takes back what was said', async () => {
    const { host, lobby, alice, connect } = await open();
    await connect();
    const first = alice.say(lobby, 'seven');
    const second = alice.say(lobby, 'oops');
    await host.received(2);
    alice.edit(first, 'eight');
    alice.delete(second);
    await until(() => host.memories.length === 1 && host.memories[0]!.content.text === 'eight');
  });

  it('shows in reactions', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    alice.say(lobby, `${name} joke?`);
    const [memory] = await host.received();
    await answer(connector, host.begin(memory!), memory!, 'Knock knock.');
    const [reply] = discord.said(lobby);
    alice.react(reply!, '👍');
    alice.unreact(reply!, '👍');
    await until(() => host.reactions.length === 2);
    expect(host.reactions).toMatchObject([
      { emoji: '👍', removed: false, source: { messageId: reply!.id }, author: { id: alice.id } },
      { emoji: '👍', removed: true, source: { messageId: reply!.id } },
    ]);
  });

  it('comes with files, of which those that are too large or from elsewhere are only named', async () => {
    const { host, lobby, alice, connect } = await open({ connector: { maxFileBytes: 1000 } });
    await connect();
    const picture = Buffer.from('PNG…');
    alice.say(lobby, 'look', {
      files: [
        alice.file('cat.png', 'image/png', picture),
        alice.file('film.mp4', 'video/mp4', Buffer.alloc(1001)),
        alice.file('trap.txt', 'text/plain', picture, 'http://127.0.0.1:1/secret'),
      ],
    });
    const [memory] = await host.received();
    expect(host.inbound[0]!.attachments).toMatchObject([
      { name: 'cat.png', mediaType: 'image/png', size: picture.length },
    ]);
    expect(host.files.get(host.inbound[0]!.attachments![0]!.file)).toEqual(picture);
    expect(memory!.content.text).toContain('look\n\n[Files that could not be read: film.mp4 (larger than');
    expect(memory!.content.text).toContain('trap.txt (it is not on one of Discord’s servers)');
  });

  it('that cannot be taken is answered with the reason', async () => {
    const { discord, lobby, alice, name, connect } = await open({ host: { maxTextChars: 50 } });
    await connect();
    const long = alice.say(lobby, `${name} ${'x'.repeat(51)}`);
    alice.say(lobby, 'y'.repeat(51));
    await until(() => discord.said(lobby).length === 1);
    expect(discord.said(lobby)).toMatchObject([
      { content: 'Sorry, I cannot take that: Say less.', replyTo: long.id },
    ]);
  });
});

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
    const refuse = (status: number) =>
      discord.faults.next('POST', /messages$/, { kind: 'status', status, body: { message: 'No', code: 0 } });
    for (const status of [400, 403, 404]) {
      refuse(status);
      expect(await send()).toBeInstanceOf(FatalError);
    }
    refuse(401);
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

describe('slash commands', () => {
  it('are registered once, acknowledged at once, and answered for the caller alone', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    await connect();
    await until(() => discord.interactions.commands.length > 0);
    expect(discord.interactions.commands.map(({ name }) => name)).toEqual([
      'help',
      'new',
      'status',
      'forget',
      'model',
      'stop',
    ]);
    let finish = () => {};
    host.command = (command) => {
      host.commands.push(command);
      return new Promise((resolve) => (finish = () => resolve('Now **fast**.')));
    };
    const asked = alice.command(lobby, 'model', { name: 'fast one' });
    await until(() => host.commands.length === 1);
    expect(asked.acknowledged).toMatchObject({ type: 5, ephemeral: true });
    finish();
    await until(() => asked.original !== null);
    expect(asked.original).toEqual({ content: 'Now **fast**.', ephemeral: true });
    expect(host.commands).toMatchObject([
      { name: 'model', args: 'fast one', direct: false, author: { id: alice.id, name: 'Alice' } },
    ]);
    await connect();
    await until(() => discord.gateway.identified === 2);
    expect(discord.interactions.registrations).toBe(1);
  });

  it('of people the gate drops leave nothing behind; those that fail say so', async () => {
    const { discord, host, alice, connect } = await open();
    await connect();
    await until(() => discord.interactions.commands.length > 0);
    host.onCommand = () => null;
    const dropped = alice.command(alice.direct(), 'status');
    await until(() => dropped.withdrawn);
    host.onCommand = () => {
      throw new Error('secret detail');
    };
    const failed = alice.command(alice.direct(), 'help');
    await until(() => failed.original !== null);
    expect(failed.original!.content).toBe('Sorry, that did not work just now. Please try again in a moment.');
    expect(host.commands[0]).toMatchObject({ direct: true, source: { tenant: '@me' } });
  });
});

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
