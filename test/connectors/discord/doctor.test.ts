import { afterEach, describe, expect, it } from 'vitest';
import { diagnoseDiscord } from '../../../connectors/discord/doctor.js';
import {
  type DiscordServer,
  type DiscordServerOptions,
  startDiscordServer,
} from '../../platforms/discord/server.js';

let discord: DiscordServer;

async function open(options?: DiscordServerOptions): Promise<DiscordServer> {
  discord = await startDiscordServer(options);
  return discord;
}

afterEach(() => discord.stop());

describe('the doctor', () => {
  it('finds nothing wrong with a bot that is set up', async () => {
    const { token, url, addGuild } = await open();
    addGuild();
    const findings = await diagnoseDiscord({ token, apiUrl: url });
    expect(findings.map(({ check }) => check)).toEqual([
      'Discord takes the token; the bot is Eliza',
      'Message Content Intent',
      'The bot is in a server',
      'Connections left today: 999',
      'Shards: auto, recommended: 1',
    ]);
    expect(findings.every(({ ok, fix }) => ok && fix === undefined)).toBe(true);
  });

  it('names the fix for a missing intent, an uninvited bot and too few shards', async () => {
    const { token, url, world } = await open({ messageContent: false, minShards: 4 });
    const wrong = (await diagnoseDiscord({ token, apiUrl: url, shards: 1 })).filter(({ ok }) => !ok);
    expect(wrong.map(({ fix }) => fix)).toEqual([
      expect.stringContaining('Switch on "Message Content Intent"'),
      expect.stringContaining(`client_id=${world.applicationId}&scope=bot+applications.commands`),
      'Set DISCORD_SHARDS to auto.',
    ]);
  });

  it('tells a wrong token from a Discord that cannot be reached, and says neither’s secret', async () => {
    const { url } = await open();
    const [refused] = await diagnoseDiscord({ token: 'wrong-token', apiUrl: url });
    expect(refused).toMatchObject({ ok: false, fix: expect.stringContaining('Reset Token') });
    const [away] = await diagnoseDiscord({ token: 'wrong-token', apiUrl: 'http://127.0.0.1:1/api' });
    expect(away).toMatchObject({ ok: false, check: 'Discord is reachable at http://127.0.0.1:1/api' });
    discord.faults.next('GET', /gateway/, { kind: 'status', status: 500 }, { times: 5 });
    expect(await diagnoseDiscord({ token: discord.token, apiUrl: url })).toMatchObject([
      { ok: false, fix: expect.stringContaining('Discord answered 500') },
    ]);
    expect(JSON.stringify([refused, away])).not.toContain('wrong-token');
  });
});
