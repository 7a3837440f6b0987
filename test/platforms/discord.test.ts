/** The small Discord, held to Discord's documentation by an unmodified discord.js. */
import { Client, DiscordAPIError, GatewayIntentBits, REST, type Message as SdkMessage } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { type DiscordServer, startDiscordServer } from './discord/server.js';

const intents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

describe('the small Discord', () => {
  let discord: DiscordServer;
  let rest: REST;
  const clients: Client[] = [];

  beforeEach(async () => {
    discord = await startDiscordServer({ heartbeatMs: 200 });
    rest = new REST({ api: discord.url, retries: 0 }).setToken(discord.token);
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.destroy()));
    await discord.stop();
  });

  async function connect(): Promise<{ client: Client; heard: SdkMessage[] }> {
    const client = new Client({ intents, rest: { api: discord.url } });
    clients.push(client);
    const heard: SdkMessage[] = [];
    client.on('messageCreate', (message) => void heard.push(message));
    client.on('shardError', () => {});
    await client.login(discord.token);
    await until(() => client.isReady());
    return { client, heard };
  }

  it('lets the SDK in, tells it what is said, and takes its answer', async () => {
    const guild = discord.addGuild();
    const lobby = discord.addChannel(guild, 'lobby');
    const alice = discord.addPerson('Alice', [guild], { nick: 'Al' });
    const { client, heard } = await connect();
    expect(client.user?.username).toBe('Eliza');
    alice.say(lobby, `hello <@${discord.bot.id}>`);
    await until(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ content: `hello <@${discord.bot.id}>`, guildId: guild.id });
    expect(heard[0]!.member?.nickname).toBe('Al');
    await heard[0]!.reply({ content: 'hi', allowedMentions: { parse: [] } });
    expect(discord.said(lobby)).toMatchObject([
      { content: 'hi', replyTo: heard[0]!.id, pinged: { everyone: false, users: [] } },
    ]);
  });

  it('replays what was missed when a session is resumed, and nothing when it cannot be', async () => {
    const guild = discord.addGuild();
    const lobby = discord.addChannel(guild, 'lobby');
    const alice = discord.addPerson('Alice', [guild]);
    const { heard } = await connect();
    discord.gateway.cut();
    alice.say(lobby, 'missed');
    await until(() => heard.length === 1);
    expect(discord.gateway).toMatchObject({ resumed: 1, identified: 1 });

    discord.gateway.forgetSessions();
    discord.gateway.cut();
    alice.say(lobby, 'lost');
    await until(() => discord.gateway.identified === 2, 15_000);
    alice.say(lobby, 'after');
    await until(() => heard.length === 2);
    expect(heard.map(({ content }) => content)).toEqual(['missed', 'after']);
  });

  it('turns away wrong tokens and intents that are not switched on', async () => {
    const wrong = new REST({ api: discord.url }).setToken('wrong');
    await expect(wrong.get('/users/@me')).rejects.toMatchObject({ status: 401 });
    discord.gateway.settings.privileged = 0;
    await expect(connect()).rejects.toThrow('Used disallowed intents');
    discord.gateway.settings.privileged = GatewayIntentBits.MessageContent;
    discord.gateway.settings.minShards = 2;
    const single = new Client({ intents, rest: { api: discord.url }, shards: [0], shardCount: 1 });
    clients.push(single);
    single.on('shardError', () => {});
    await expect(single.login(discord.token)).rejects.toThrow('Sharding is required');
  });

  it('gives the text of guild messages only to sessions with the content intent', async () => {
    const guild = discord.addGuild();
    const lobby = discord.addChannel(guild, 'lobby');
    const alice = discord.addPerson('Alice', [guild]);
    const client = new Client({ intents: intents.slice(0, 3), rest: { api: discord.url } });
    clients.push(client);
    const heard: string[] = [];
    client.on('messageCreate', ({ content }) => void heard.push(content));
    await client.login(discord.token);
    alice.say(lobby, 'secret');
    alice.say(lobby, `<@${discord.bot.id}> open`);
    alice.say(alice.direct(), 'private');
    await until(() => heard.length >= 2);
    expect(heard).toEqual(['', `<@${discord.bot.id}> open`]);
  });

  it('refuses what Discord refuses, in its words', async () => {
    const guild = discord.addGuild();
    const lobby = discord.addChannel(guild, 'lobby');
    const alice = discord.addPerson('Alice', [guild]);
    const hers = alice.say(lobby, 'mine');
    const path = `/channels/${lobby.id}/messages` as const;
    const refusal = async (body: unknown) => {
      const error = await rest.post(path, { body }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(DiscordAPIError);
      return error as DiscordAPIError;
    };
    expect(await refusal({ content: 'x'.repeat(2001) })).toMatchObject({
      status: 400,
      code: 50035,
      rawError: { errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
    });
    expect(await refusal({ content: ' ' })).toMatchObject({ code: 50006 });
    expect(await refusal({ content: 'x', nonce: 'n'.repeat(26) })).toMatchObject({ code: 50035 });
    expect(await refusal({ content: 'x', invented: 1 })).toMatchObject({ code: 50035 });
    const button = { type: 2, style: 1, label: 'Go', custom_id: 'same' };
    expect(
      await refusal({ content: 'x', components: [{ type: 1, components: [button, button] }] }),
    ).toMatchObject({ code: 50035 });
    expect(await refusal({ content: 'x', message_reference: { message_id: '1' } })).toMatchObject({
      status: 404,
    });
    await expect(rest.patch(`${path}/${hers.id}`, { body: { content: 'y' } })).rejects.toMatchObject({
      code: 50005,
    });
    await expect(rest.patch(`${path}/1`, { body: { content: 'y' } })).rejects.toMatchObject({ code: 10008 });
    await expect(rest.post('/channels/1/messages', { body: { content: 'x' } })).rejects.toMatchObject({
      code: 10003,
    });
    await expect(rest.get('/no/such/route')).rejects.toMatchObject({ status: 404 });
    expect(discord.said(lobby)).toEqual([]);
  });

  it('makes one message of an enforced nonce, and two of one that is not', async () => {
    const lobby = discord.addChannel(discord.addGuild(), 'lobby');
    const path = `/channels/${lobby.id}/messages` as const;
    await rest.post(path, { body: { content: 'a', nonce: '1', enforce_nonce: true } });
    await rest.post(path, { body: { content: 'a', nonce: '1', enforce_nonce: true } });
    expect(discord.said(lobby)).toHaveLength(1);
    await rest.post(path, { body: { content: 'a', nonce: '1' } });
    expect(discord.said(lobby)).toHaveLength(2);
  });

  it('pings whom a message names unless it is told not to', async () => {
    const guild = discord.addGuild();
    const lobby = discord.addChannel(guild, 'lobby');
    const alice = discord.addPerson('Alice', [guild]);
    const path = `/channels/${lobby.id}/messages` as const;
    const content = `@everyone <@${alice.id}> <@&5>`;
    await rest.post(path, { body: { content } });
    await rest.post(path, { body: { content, allowed_mentions: { parse: [] } } });
    expect(discord.said(lobby).map(({ pinged }) => pinged)).toEqual([
      { everyone: true, users: [alice.id], roles: ['5'] },
      { everyone: false, users: [], roles: [] },
    ]);
  });

  it('meets requests with the faults it is told', async () => {
    const lobby = discord.addChannel(discord.addGuild(), 'lobby');
    const path = `/channels/${lobby.id}/messages` as const;
    discord.faults.next('POST', /messages$/, { kind: 'status', status: 503 });
    await expect(rest.post(path, { body: { content: 'a' } })).rejects.toMatchObject({ status: 503 });
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' });
    await expect(rest.post(path, { body: { content: 'b' } })).rejects.toThrow();
    discord.faults.next('POST', /messages$/, { kind: 'rate-limited', retryAfter: 0.05 });
    await rest.post(path, { body: { content: 'c' } });
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['b', 'c']);
    expect(discord.faults.met).toBe(3);
  });

  it('counts messages and says so before it refuses', async () => {
    await discord.stop();
    discord = await startDiscordServer({ messagesPer5s: 2 });
    const lobby = discord.addChannel(discord.addGuild(), 'lobby');
    const post = () =>
      fetch(`${discord.url}/v10/channels/${lobby.id}/messages`, {
        method: 'POST',
        headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
        body: '{"content":"x"}',
      });
    const first = await post();
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    await post();
    const third = await post();
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ retry_after: expect.any(Number), global: false });
  });
});
