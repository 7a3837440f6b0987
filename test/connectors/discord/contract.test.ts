import { discordConnector } from '../../../connectors/discord/connector.js';
import { connectorContract } from '../../../src/testing/connector.js';
import type { TestHub } from '../../../src/testing/hub.js';
import type { Platform, PlatformFile, PlatformMessage } from '../../../src/testing/platform.js';
import type { Fault } from '../../platforms/discord/faults.js';
import type { Person } from '../../platforms/discord/person.js';
import { startDiscordServer } from '../../platforms/discord/server.js';
import type { Channel, Message } from '../../platforms/discord/world.js';

/** How long a message is waited for before it counts as not taken, in ms. */
const patienceMs = 3000;

const faults: Record<'later' | 'never' | 'hang', Fault> = {
  later: { kind: 'status', status: 503 },
  never: { kind: 'status', status: 403, body: { message: 'Missing Permissions', code: 50013 } },
  hang: { kind: 'slow', ms: 60_000 },
};

function labelsOf({ components }: Message): string[] {
  return components.flatMap((row) => row.components ?? []).map(({ label }) => label ?? '');
}

connectorContract('the Discord connector', async ({ seen }: TestHub): Promise<Platform> => {
  const discord = await startDiscordServer();
  const guild = discord.addGuild();
  const staff = discord.world.addRole(guild, 'staff');
  const connector = discordConnector({
    agentId: 'eliza',
    token: discord.token,
    apiUrl: discord.url,
    maxFileBytes: 1_000_000,
  });
  const channels = new Map<string, Channel>();
  const people = new Map<string, Person>();
  const sent = new Map<string, Message>();
  const name = `<@${discord.bot.id}> `;

  function personOf(user: string): Person {
    const person = people.get(user) ?? discord.addPerson(user, [guild]);
    people.set(user, person);
    return person;
  }

  function channelOf({ channel, user, direct }: PlatformMessage): Channel {
    const key = direct ? `@${user}` : channel;
    const known =
      channels.get(key) ?? (direct ? personOf(user).direct() : discord.addChannel(guild, channel));
    channels.set(key, known);
    return known;
  }

  const wordsOf = ({ text, direct, addressed }: PlatformMessage) =>
    direct || addressed === false ? text : name + text;

  const shown = () => [...channels.values()].flatMap(discord.said);

  async function send(message: PlatformMessage, file?: PlatformFile) {
    const person = personOf(message.user);
    if (message.bot) person.user.bot = true;
    const known = sent.get(message.id);
    if (known) discord.redeliver(known);
    const files = file && [person.file(file.name, file.mediaType, Buffer.from(file.bytes))];
    const said = known ?? person.say(channelOf(message), wordsOf(message), files && { files });
    sent.set(message.id, said);
    // Discord has no acknowledgement of a message. The connector's own is the note of how far it has come: what is
    // beyond that is asked for again at the next start.
    for (const end = Date.now() + patienceMs; Date.now() < end; ) {
      const mark = await seen.host.notes.get('progress:eliza').catch(() => null);
      if (typeof mark === 'string' && BigInt(mark) >= BigInt(said.id)) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  return {
    connector,
    send: (message) => send(message),
    sendFile: send,
    fileRequests: () => discord.fetched.length,
    shown: () => shown().map(({ content }) => content),
    shownFiles: () =>
      shown().flatMap(({ files }) => files.map(({ filename, bytes }) => ({ name: filename, bytes }))),
    edit: async (message) => personOf(message.user).edit(sent.get(message.id)!, wordsOf(message)),
    react: async (emoji, user) => personOf(user).react(shown().at(-1)!, emoji),
    press: async (label, user) =>
      personOf(user).press(shown().findLast((said) => labelsOf(said).includes(label))!, label),
    offered: () => shown().flatMap(labelsOf),
    erase: async (text) => people.get('alice')!.delete(shown().find(({ content }) => content === text)!),
    async regroup(user, isIn) {
      const { id } = personOf(user);
      const member = guild.members.get(id)!;
      member.roles = isIn ? [staff.id] : [];
      if (isIn === null)
        discord.faults.next('GET', /\/members\//, { kind: 'status', status: 500 }, { times: 1000 });
      return staff.id;
    },
    live: true,
    open: true,
    places: true,
    ordered: true,
    refuse(how) {
      discord.faults.clear();
      if (how) discord.faults.next('POST', /messages$/, faults[how], { times: 1000 });
    },
    close: () => discord.stop(),
  };
});
