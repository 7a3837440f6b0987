/** The held connection: what happens when it is lost, refused, silent, or closed while something is under way. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { discordConnector } from '../../../connectors/discord/connector.js';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { openStage, type Stage, type StageOptions } from './stage.js';

let stage: Stage;

async function open(options?: StageOptions): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

afterEach(() => stage.close());

describe('a lost connection', () => {
  it('is resumed, and what was said meanwhile is heard once and in order', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    const connector = await connect();
    alice.say(lobby, '1');
    discord.gateway.cut();
    alice.say(lobby, '2');
    alice.say(lobby, '3');
    await host.received(3);
    alice.say(lobby, '4');
    await host.received(4);
    expect(host.inbound.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
    expect(discord.gateway).toMatchObject({ identified: 1, resumed: 1 });
    await until(() => connector.connection!.health() === 'ok');
  });

  it('whose session is gone is made anew, and what was said meanwhile is asked for', async () => {
    const { discord, guild, host, lobby, alice, name, connect } = await open();
    await connect();
    const attic = discord.addChannel(guild, 'attic');
    const hidden = discord.addChannel(guild, 'hidden');
    const direct = alice.direct();
    alice.say(direct, 'here');
    alice.say(lobby, '1');
    await host.received(2);
    discord.gateway.forgetSessions();
    discord.gateway.cut();
    const thread = alice.startThread(lobby, 'Trip');
    alice.say(thread, `${name} where?`);
    alice.say(hidden, 'not for the bot');
    hidden.closed = true;
    for (let n = 2; n <= 150; n++) alice.say(lobby, String(n));
    alice.say(attic, `${name} anyone?`);
    alice.say(direct, 'and here');
    await until(() => host.memories.length === 154, 15_000);
    const said = (channel: string) =>
      host.inbound.filter(({ source }) => (source.thread ?? source.channel) === channel);
    expect(said(lobby.id).map(({ text }) => text)).toEqual(
      Array.from({ length: 150 }, (_, n) => String(n + 1)),
    );
    expect(said(attic.id)).toMatchObject([{ text: 'anyone?', addressed: true, author: { name: 'Alice' } }]);
    expect(said(thread.id)).toMatchObject([
      { text: 'where?', addressed: true, source: { channel: lobby.id } },
    ]);
    expect(said(direct.id)).toMatchObject([{ text: 'here' }, { text: 'and here', direct: true }]);
    expect(said(hidden.id)).toEqual([]);
  });

  it('is made when Discord asks for it', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    await connect();
    discord.gateway.askToReconnect();
    await until(() => discord.gateway.resumed === 1);
    alice.say(lobby, 'still there?');
    await host.received();
  });

  it('that is only silent is noticed, said, and made anew', async () => {
    const { discord, host, lobby, alice, connect } = await open({
      server: { heartbeatMs: 60_000 },
      connector: { silentMs: 600 },
    });
    const connector = await connect();
    discord.gateway.silence();
    alice.say(lobby, 'into the void');
    await until(() => /heard nothing|silent/.test(connector.connection!.health()));
    await until(() => connector.connection!.health() === 'ok');
    await host.received(1);
    expect(host.inbound.map(({ text }) => text)).toEqual(['into the void']);
    expect(discord.gateway.identified).toBe(2);
    expect(host.logged.map(({ message }) => message)).toContain('Discord has gone silent; connecting anew.');
  });

  it('with heartbeats answered is well, however little is said', async () => {
    const { host, connect } = await open({ server: { heartbeatMs: 100 }, connector: { silentMs: 1500 } });
    const connector = await connect();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(connector.connection!.health()).toBe('ok');
    expect(host.logged.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

describe('a process that dies', () => {
  it('leaves nothing unheard: the next one asks for what was not stored', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    const first = await connect();
    alice.say(lobby, '1');
    await host.received();
    let refuse = true;
    host.beforeStore = async () => {
      if (refuse) throw new RetryableError('store_unavailable', 'The disk is full.');
    };
    alice.say(lobby, '2');
    await until(() => host.logged.some(({ message }) => message.includes('waits for the hub')));
    await first.connection!.close();
    alice.say(lobby, '3');
    refuse = false;
    await connect();
    await host.received(3);
    expect(host.inbound.map(({ text }) => text)).toEqual(['1', '2', '3']);
    expect(discord.gateway.identified).toBe(2);
  });

  it('knows every direct conversation again, also where a store is slow with the first', async () => {
    const { discord, guild, host, connect } = await open();
    const people = ['Bo', 'Cy'].map((name) => discord.addPerson(name, [guild]));
    const put = host.notes.put;
    let slow = 1;
    host.notes.put = async (key, value, options) => {
      if (key.startsWith('directs:') && slow-- > 0) await new Promise((resolve) => setTimeout(resolve, 200));
      return put(key, value, options);
    };
    const first = await connect();
    for (const person of people) person.say(person.direct(), '1');
    await until(() => host.memories.length === 2);
    await first.stop();
    for (const person of people) person.say(person.direct(), '2');
    await connect();
    await until(() => host.memories.length === 4);
  });

  it('has noted the direct conversations that began at the same time', async () => {
    const { discord, guild, host, connect } = await open();
    const first = await connect();
    const people = [...'abcde'].map((name) => discord.addPerson(name, [guild]));
    for (const person of people) person.say(person.direct(), '1');
    await host.received(5);
    await first.stop();
    for (const person of people) person.say(person.direct(), '2');
    await connect();
    await host.received(10);
    expect(host.inbound.filter(({ text }) => text === '2')).toHaveLength(5);
  });

  it('does not make the next one answer what was said before the bot came', async () => {
    const { discord, guild, host, lobby, alice, connect } = await open();
    alice.say(lobby, 'long ago');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await connect();
    alice.say(lobby, 'now');
    await host.received();
    // Nor what was said in a server before the bot was invited.
    const attic = discord.addChannel(guild, 'attic');
    alice.say(attic, 'hello');
    await host.received(2);
    expect(host.inbound.map(({ text }) => text)).toEqual(['now', 'hello']);
  });

  it('has stored what it was storing when it was told to stop', async () => {
    const { host, lobby, alice, connect } = await open();
    const connector = await connect();
    let store: (() => void) | undefined;
    host.beforeStore = () => new Promise((resolve) => (store = resolve));
    alice.say(lobby, 'in flight');
    await until(() => store !== undefined);
    alice.say(lobby, 'too late');
    const stopped = connector.stop();
    store!();
    host.beforeStore = async () => {};
    await stopped;
    expect(host.inbound.map(({ text }) => text)).toEqual(['in flight']);
    await connect();
    await host.received(2);
    expect(host.inbound.map(({ text }) => text)).toEqual(['in flight', 'too late']);
  });
});

describe('a closed connection', () => {
  it('does not come back, also when it was just being resumed', async () => {
    const { discord, connect } = await open();
    const connector = await connect();
    discord.gateway.cut();
    await until(() => connector.connection!.health() === 'shard 0 is reconnecting');
    await connector.stop();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(discord.gateway.open).toBe(0);
  });
});

describe('a connection that is refused', () => {
  it('for a missing intent says which switch to turn', async () => {
    const { connect } = await open({ server: { messageContent: false } });
    const error = await connect().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FatalError);
    expect(error.message).toContain('switch on "Message Content Intent"');
  });

  it('for its token says so, and does not say the token', async () => {
    const { discord, connect } = await open();
    const token = 'MTA1.Zm9v.not-the-token-of-this-bot';
    const error = await connect({ token }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FatalError);
    expect(error.message).toContain('DISCORD_TOKEN');
    expect(error.message).not.toContain(token);
    // REST lets it in and the gateway does not.
    discord.gateway.settings.token = 'another';
    const late = await connect().catch((thrown) => thrown);
    expect(late).toMatchObject({ code: 'config_invalid', field: 'DISCORD_TOKEN' });
  });

  it('because nobody is there may be tried again', async () => {
    const { discord, host } = await open();
    const { url, token } = discord;
    await discord.stop();
    const connector = discordConnector({ agentId: 'eliza', token, apiUrl: url, maxFileBytes: 1 });
    await connector.start(host);
    await expect(connector.connection!.open()).rejects.toBeInstanceOf(RetryableError);
    expect(connector.connection!.health()).toMatch(/cannot be connected to/);
    await connector.stop();
    stage = await openStage();
  });

  it('by silence can be given up at any time', async () => {
    const { discord, host } = await open();
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    discord.gateway.url = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const { url, token } = discord;
    const connector = discordConnector({ agentId: 'eliza', token, apiUrl: url, maxFileBytes: 1 });
    await connector.start(host);
    const opened = connector.connection!.open().catch((error) => error);
    await until(() => sockets.length === 1);
    await connector.stop();
    expect(await opened).toBeInstanceOf(RetryableError);
    // What the SDK left behind must not bring the process down when it breaks.
    sockets[0]!.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  it('while it was open is not tried again, and said in its health', async () => {
    const { discord, connect } = await open();
    const connector = await connect();
    discord.gateway.closeAll(4014);
    await until(() => connector.connection!.health().includes('Message Content Intent'));
    expect(discord.gateway.identified).toBe(1);
  });
});

describe('an event that makes no sense', () => {
  it('is dropped, and the next one is heard', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    await connect();
    const odd = (data: object) =>
      discord.world.tell({ t: 'MESSAGE_CREATE', guildId: lobby.guildId, intent: 1 << 9, data: () => data });
    const author = { id: alice.id, username: 'x' };
    odd({ id: '5', channel_id: lobby.id, guild_id: lobby.guildId, type: 0, author, content: null });
    odd({
      id: '6',
      channel_id: lobby.id,
      guild_id: lobby.guildId,
      type: 99,
      author,
      content: 'of the future',
    });
    odd({ id: '7', channel_id: lobby.id, guild_id: lobby.guildId, type: 0, content: 'of nobody' });
    alice.say(lobby, '<@> <@99999999999999999999> <#1> <t:99999999999999:R> \u0000\u202e');
    const [memory] = await host.received();
    expect(memory!.content.text).toContain('<@99999999999999999999>');
    expect(host.logged.map(({ message }) => message)).toContain('A message from Discord cannot be read.');
  });
});

describe('shards', () => {
  it('are as many as Discord recommends, or as are set, and each hears its servers', async () => {
    const { discord, host, lobby, alice, connect } = await open({ server: { minShards: 2 } });
    await connect();
    expect(discord.gateway.shards.sort()).toEqual([0, 1]);
    alice.say(lobby, 'hello');
    alice.say(alice.direct(), 'psst');
    await host.received(2);
    const other = await connect({ shards: 3 });
    expect(discord.gateway.shards).toHaveLength(5);
    await other.stop();
    const error = await connect({ shards: 1 }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'config_invalid' });
    expect(error.message).toContain('DISCORD_SHARDS');
  });
});
