/** One hub whose agent is on Discord, Telegram and Slack, and cards in a room of each: the servers are the platforms' own. */
import { hkdfSync } from 'node:crypto';
import { discordConnector } from '../../connectors/discord/connector.js';
import { slackConnector } from '../../connectors/slack/connector.js';
import { telegramConnector } from '../../connectors/telegram/connector.js';
import { type CardFields, cardOf } from '../../src/approvals/card.js';
import type { Carrier } from '../../src/carrier.js';
import { type Button, roomIdOf, type Source } from '../../src/core/memory.js';
import type { Plugin } from '../../src/extension-api.js';
import { Buttons } from '../../src/intake/buttons.js';
import type { Notice } from '../../src/intake/gate.js';
import { Notices } from '../../src/intake/notices.js';
import { createLogger } from '../../src/logger.js';
import { startDiscordServer } from '../platforms/discord/server.js';
import { startSlackServer } from '../platforms/slack/server.js';
import { startTelegramServer } from '../platforms/telegram/server.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

const secret = 'a secret of this test';
const log = createLogger('silent');

/** A message as people see it. */
interface Shown {
  id: string;
  text: string;
  buttons: string[];
}

export interface Room {
  source: Omit<Source, 'messageId'>;
  shown(): Shown[];
  /** Of Olga, who is an operator; Bob is none. */
  operator: string;
  /** Bob asks the agent. */
  ask(text: string): void;
  /** Gives what they alone are told. */
  press(label: string, who?: 'bob' | 'olga'): Promise<string>;
  /** People talk about the newest message, in a thread below it where there are any. */
  discuss(): void;
  /** What Olga presses later is what she sees now. */
  olgaSees(label: string): () => Promise<string>;
  /** What came with a press is over. */
  forgetPresses(): void;
  /** Whether the platform was asked to show what is behind links, by each request that wrote or changed a message. */
  previews(): boolean[];
}

export interface CardsStageOptions {
  answer?: Parameters<typeof scriptedModel>[0];
  plugins?: Plugin[];
}

export class CardsStage {
  readonly home = new Home();
  carrier!: Carrier;
  rooms!: Record<'Discord' | 'Telegram' | 'Slack', Room>;
  /** How far the hub's clock is ahead, in ms. */
  ahead = 0;
  #notices!: Notices;
  #stop: (() => Promise<unknown>)[] = [];

  async open({ answer = () => 'yes', plugins = [] }: CardsStageOptions = {}): Promise<void> {
    const [discord, telegram, slack] = await Promise.all([
      startDiscordServer(),
      startTelegramServer(),
      startSlackServer({ retriesMs: [50, 500] }),
    ]);
    this.#stop = [() => discord.stop(), () => telegram.stop(), () => slack.stop()];
    this.rooms = {
      Discord: roomOnDiscord(discord),
      Telegram: roomOnTelegram(telegram),
      Slack: roomOnSlack(slack),
    };
    const gateOf = ({ source, operator }: Room) => [
      source.connector,
      { dm: 'open', places: 'open', groups: 'always', operators: [operator] },
    ];
    this.home.character('assistant', {
      ...{ name: 'Ünübertrefflich-größte Ädä', bio: '.', plugins: plugins.map(({ name }) => name) },
      connectors: Object.fromEntries(Object.values(this.rooms).map(gateOf)),
    });
    const agentId = 'assistant';
    const { apiUrl, bot, app } = slack;
    const hub = { maxFileBytes: 1000, streaming: false };
    const connectors = [
      discordConnector({ agentId, token: discord.token, apiUrl: discord.url, ...hub }),
      telegramConnector({ agentId, token: telegram.token, apiUrl: telegram.url, pollSeconds: 1, ...hub }),
      slackConnector({ agentId, apiUrl, botToken: bot.token, appToken: app.appToken, streaming: false }),
    ];
    this.carrier = await this.home.carrier(
      { connectors, plugins, model: () => scriptedModel(answer), now: () => Date.now() + this.ahead },
      { CARRIER_CALLBACK_SECRET: secret, CARRIER_SWEEP_MS: '200' },
    );
    const { turns, notes } = this.carrier.store;
    // Found by the hub's own sweeps.
    const deliveries = { schedule: async () => {} } as never;
    this.#notices = new Notices({ turns, notes, deliveries, now: () => Date.now() + this.ahead, log });
  }

  async close(): Promise<void> {
    await this.home.dispose();
    await Promise.all(this.#stop.map((stop) => stop()));
  }

  /** As the operators' room stands in a character; gives the turn that names the card. */
  async tell(room: Room, fields: CardFields, once: string, replaces?: string): Promise<string> {
    const { text, decidable } = cardOf(fields, Date.now() + this.ahead);
    const buttons = decidable ? await this.#buttons({ ...room.source, messageId: 'approvals' }) : undefined;
    return this.say(room, { text, ...(buttons && { buttons }) }, once, replaces);
  }

  async say({ source }: Room, notice: Notice, once: string, replaces?: string): Promise<string> {
    const at = { ...source, messageId: 'approvals' };
    const to = { agentId: 'assistant', source: at, direct: false, author: { id: 'ann' } };
    const place = replaces === undefined ? {} : { replaces };
    return (await this.#notices.tell(to, notice, once, place)).turnId;
  }

  #buttons(source: Source): Promise<Button[]> {
    const key = () => new Uint8Array(hkdfSync('sha256', secret, '', 'carrier buttons', 32));
    const buttons = new Buttons(this.carrier.store.notes, key, log);
    const room = { agentId: 'assistant', roomId: roomIdOf('assistant', source), direct: false };
    const shared = { ...room, text: '/pause', command: true, lasting: true };
    return Promise.all([
      buttons.mint({ ...shared, label: 'Approve', style: 'primary' }),
      buttons.mint({ ...shared, label: 'Deny', style: 'danger' }),
    ]);
  }
}

type Of<S> = S extends (...of: never) => Promise<infer Server> ? Server : never;

function roomOnDiscord(discord: Of<typeof startDiscordServer>): Room {
  const guild = discord.addGuild();
  const channel = discord.addChannel(guild, 'operators');
  const [bob, olga] = [discord.addPerson('Bob', [guild]), discord.addPerson('Olga', [guild])];
  type Message = ReturnType<typeof discord.said>[number];
  const labelsOf = ({ components }: Message) =>
    components.flatMap(({ components = [] }) => components.map((button) => button.label ?? ''));
  const offering = (label: string) =>
    discord.said(channel).findLast((said) => labelsOf(said).includes(label))!;
  const press = async (person: typeof bob, message: Message, label: string) => {
    // Where Discord says "the application did not respond", which a busy machine may bring about, one presses again.
    for (let tries = 1; ; tries++) {
      const pressed = person.press(message, label);
      const isLate = () => pressed.acknowledged === null && Date.now() - pressed.createdAt > 3500;
      await until(() => pressed.followUps.length > 0 || isLate());
      if (pressed.followUps[0]) return pressed.followUps[0].content;
      if (tries === 5) throw new Error(`Discord had no answer to ${tries} presses of ${label}.`);
    }
  };
  return {
    source: { connector: 'discord', tenant: guild.id, channel: channel.id },
    operator: olga.id,
    ask: (text) => void bob.say(channel, text),
    discuss: () => void bob.threadFrom(discord.said(channel).at(-1)!, 'About this'),
    shown: () =>
      discord
        .said(channel)
        .map((message) => ({ id: message.id, text: message.content, buttons: labelsOf(message) })),
    press: (label, who) => press(who === 'olga' ? olga : bob, offering(label), label),
    olgaSees(label) {
      const { components } = offering(label);
      const seen = { ...offering(label), components: structuredClone(components) };
      return () => press(olga, seen, label);
    },
    previews: () => discord.said(channel).map(({ flags }) => (Number(flags) & 4) === 0),
    forgetPresses() {
      for (const method of ['POST', 'PATCH', 'DELETE'])
        discord.faults.next(
          method,
          /^\/(webhooks|interactions)\//,
          { kind: 'status', status: 401 },
          { times: 1000 },
        );
    },
  };
}

function roomOnTelegram(telegram: Of<typeof startTelegramServer>): Room {
  const chat = telegram.world.group('operators');
  const [bob, olga] = [telegram.world.user('Bob'), telegram.world.user('Olga')];
  const labelsOf = ({ reply_markup }: ReturnType<typeof telegram.said>[number]) =>
    reply_markup?.inline_keyboard.flat().map(({ text }) => text) ?? [];
  const offering = (label: string) => telegram.said(chat).findLast((said) => labelsOf(said).includes(label))!;
  return {
    source: { connector: 'telegram', tenant: 'default', channel: String(chat.id) },
    operator: String(olga.id),
    ask: (text) => void telegram.people.say(chat, bob, text),
    discuss: () =>
      void telegram.people.say(chat, bob, 'what?', { replyTo: telegram.said(chat).at(-1)!.message_id }),
    shown: () =>
      telegram.said(chat).map((message) => ({
        ...{ id: String(message.message_id), text: message.text ?? '', buttons: labelsOf(message) },
      })),
    async press(label, who) {
      const { message_id } = offering(label);
      return (await telegram.people.press(chat, who === 'olga' ? olga : bob, message_id, label)).text;
    },
    olgaSees(label) {
      const { message_id, reply_markup } = structuredClone(offering(label));
      return async () => {
        // Her app has not heard yet that the buttons are gone.
        const stored = chat.messages.get(message_id)!;
        const now = stored.reply_markup;
        stored.reply_markup = reply_markup;
        const pressed = telegram.people.press(chat, olga, message_id, label);
        stored.reply_markup = now;
        return (await pressed).text;
      };
    },
    previews: () =>
      telegram.calls
        .filter(({ method }) => /^(send|edit)message(text)?$/i.test(method))
        .map(({ parameters }) => {
          const options = parameters.link_preview_options as { is_disabled?: boolean } | undefined;
          return options?.is_disabled !== true;
        }),
    forgetPresses() {},
  };
}

function roomOnSlack(slack: Of<typeof startSlackServer>): Room {
  slack.team.addUser('U0OLGA', 'Olga Ops');
  slack.team.channels.get('C0LOBBY')!.members.add('U0OLGA');
  const labelsOf = (blocks: Record<string, unknown>[] = []) =>
    blocks
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements }) => (elements as { text: { text: string } }[]).map(({ text }) => text.text));
  const said = () => slack.team.ofApp('C0LOBBY');
  const offering = (label: string) => said().findLast(({ blocks }) => labelsOf(blocks).includes(label))!;
  const press = async (user: string, message: ReturnType<typeof said>[number], label: string) => {
    const { ephemerals } = slack.team;
    const before = ephemerals.length;
    if (!(await slack.people.press(message, user, label))) throw new Error('Slack got no answer in 3 s.');
    await until(() => ephemerals.length > before);
    return ephemerals[before]!.text;
  };
  return {
    source: { connector: 'slack', tenant: slack.team.id, channel: 'C0LOBBY' },
    operator: 'U0OLGA',
    ask: (text) => void slack.people.say({ channel: 'C0LOBBY', user: 'U0BOB', text }),
    discuss() {
      const message = said().at(-1)!;
      // Slack says so of a message that has replies.
      message.threadTs = message.ts;
    },
    shown: () =>
      said().map((message, at) => ({
        ...{ id: message.ts, text: slack.team.shown('C0LOBBY')[at]!, buttons: labelsOf(message.blocks) },
      })),
    press: (label, who) => press(who === 'olga' ? 'U0OLGA' : 'U0BOB', offering(label), label),
    olgaSees(label) {
      const seen = structuredClone(offering(label));
      return () => press('U0OLGA', seen, label);
    },
    previews: () =>
      said().map(
        ({ unfurls, blocks = [] }) =>
          unfurls !== false || blocks.some(({ type }) => /image|video|rich/.test(String(type))),
      ),
    forgetPresses: () => slack.faults.on('response', { error: 'expired_url', times: 1000 }),
  };
}
