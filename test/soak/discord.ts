import { startDiscordServer } from '../platforms/discord/server.js';
import { discordManners } from './manners.js';
import type { SoakPlatform } from './platform.js';
import { Trouble, troubleBefore } from './trouble.js';

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
  const trouble = new Trouble(discordManners);
  const front = await troubleBefore(discord.url, trouble);
  return {
    name: 'discord',
    trouble,
    settings: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: front.url },
    rooms: rooms.map(({ channel, people }) => {
      let said = 0;
      return {
        say: (text) => void people[said++ % people.length]!.say(channel, text),
        shown: () => discord.said(channel).map(({ content }) => content),
      };
    }),
    cut: () => discord.gateway.cut(),
    async stop() {
      await front.stop();
      await discord.stop();
    },
  };
}
