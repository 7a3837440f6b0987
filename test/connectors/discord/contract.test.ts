import { discordConnector } from '../../../connectors/discord/connector.js';
import type { Connector, Host } from '../../../src/extension-api.js';
import {
  connectorContract,
  type Platform,
  type PlatformFile,
  type PlatformMessage,
} from '../../../src/testing/connector.js';
import type { Person } from '../../platforms/discord/person.js';
import { startDiscordServer } from '../../platforms/discord/server.js';
import type { Channel, Message } from '../../platforms/discord/world.js';

/** How long a message is waited for before it counts as not taken, in ms. */
const patienceMs = 3000;

connectorContract('the Discord connector', async (): Promise<Platform> => {
  const discord = await startDiscordServer();
  const guild = discord.addGuild();
  const inner = discordConnector({
    agentId: 'eliza',
    token: discord.token,
    apiUrl: discord.url,
    maxFileBytes: 1_000_000,
  });
  let host: Host | null = null;
  const channels = new Map<string, Channel>();
  const people = new Map<string, Person>();
  const sent = new Map<string, Message>();

  // The hub opens the connection of a connector it has started; here that is the test.
  const connector: Connector = {
    name: inner.name,
    connection: inner.connection!,
    deliver: (message, signal) => inner.deliver!(message, signal),
    async start(given) {
      host = given;
      await inner.start(given);
      await inner.connection!.open();
    },
    stop: () => inner.stop(),
  };

  function personOf(user: string): Person {
    const person = people.get(user) ?? discord.addPerson(user, [guild]);
    people.set(user, person);
    return person;
  }

  const shown = () => [...channels.values()].flatMap(discord.said);

  async function send({ id, channel: name, user, text }: PlatformMessage, file?: PlatformFile) {
    const channel = channels.get(name) ?? discord.addChannel(guild, name);
    channels.set(name, channel);
    const person = personOf(user);
    const known = sent.get(id);
    if (known) discord.redeliver(known);
    const files = file && [person.file(file.name, file.mediaType, Buffer.from(file.bytes))];
    const message = known ?? person.say(channel, text, files && { files });
    sent.set(id, message);
    // Discord has no acknowledgement of a message. The connector's own is the note of how far it has come: what is
    // beyond that is asked for again at the next start.
    for (const end = Date.now() + patienceMs; Date.now() < end; ) {
      const mark = await host!.notes.get('progress:eliza');
      if (typeof mark === 'string' && BigInt(mark) >= BigInt(message.id)) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  return {
    connector,
    send: (message) => send(message),
    sendFile: send,
    shown: () => shown().map(({ content }) => content),
    shownFiles: () =>
      shown().flatMap(({ files }) => files.map(({ filename, bytes }) => ({ name: filename, bytes }))),
    edit: async ({ id, user, text }) => personOf(user).edit(sent.get(id)!, text),
    press: async (label, user) => personOf(user).press(shown().at(-1)!, label),
    live: true,
    refuse(how) {
      discord.faults.clear();
      const status = how === 'later' ? 503 : 403;
      const body = how === 'never' ? { message: 'Missing Permissions', code: 50013 } : undefined;
      if (how)
        discord.faults.next(
          'POST',
          /messages$/,
          { kind: 'status', status, ...(body && { body }) },
          { times: 1000 },
        );
    },
    close: () => discord.stop(),
  };
});
