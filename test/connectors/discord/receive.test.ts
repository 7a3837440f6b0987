/** An unmodified discord.js between the small Discord and a hub in memory; looked at is what Discord has in the end. */
import { afterEach, describe, expect, it } from 'vitest';
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

  it('in a thread is a room of its own, which the hub is told of', async () => {
    const { discord, host, lobby, alice, name, connect } = await open();
    const connector = await connect();
    const thread = alice.startThread(lobby, 'Trip');
    alice.say(thread, 'just us');
    alice.say(thread, `${name} where to?`);
    alice.say(thread, 'and when?');
    const memories = await host.received(3);
    expect(host.inbound.map(({ addressed }) => addressed)).toEqual([false, true, false]);
    expect(host.inbound.every(({ threaded }) => threaded)).toBe(true);
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
    expect(host.inbound[0]!.parts).toMatchObject([{ kind: 'title', text: 'Printer' }]);
    expect(memory).toMatchObject({
      content: { text: 'it is on fire' },
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
    expect(memory!.content.text).toBe('look');
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
