import { startDiscordServer } from '../platforms/discord/server.js';
import type { SoakPlatform } from './platform.js';

/** Three channels with two people each, and two direct conversations. A message of a dead session is never sent again. */
export async function discordPlatform(): Promise<SoakPlatform> {
  const discord = await startDiscordServer();
  const guild = discord.addGuild();
  const alice = discord.addPerson('Alice', [guild]);
  const bob = discord.addPerson('Bob', [guild]);
  const channels = ['lobby', 'attic', 'cellar'].map((name) => discord.addChannel(guild, name));
  const rooms = [
    ...channels.map((channel) => ({ channel, people: [alice, bob] })),
    ...[alice, bob].map((person) => ({ channel: person.direct(), people: [person] })),
  ];
  return {
    name: 'discord',
    settings: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.url },
    rooms: rooms.map(({ channel, people }) => {
      let said = 0;
      return {
        say: (text) => void people[said++ % people.length]!.say(channel, text),
        shown: () => discord.said(channel).map(({ content }) => content),
      };
    }),
    cut: () => discord.gateway.cut(),
    stop: () => discord.stop(),
  };
}
