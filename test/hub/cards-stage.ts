/** One hub whose agent is on Discord, Telegram and Slack, and cards in a room of each: the servers are the platforms' own. */
import { hkdfSync } from 'node:crypto';
import { discordConnector } from '../../connectors/discord/connector.js';
import { slackConnector } from '../../connectors/slack/connector.js';
import { telegramConnector } from '../../connectors/telegram/connector.js';
import { type CardFields, cardOf } from '../../src/approvals/card.js';
import type { Carrier } from '../../src/carrier.js';
import { type Button, roomIdOf, type Source } from '../../src/core/memory.js';
import { Buttons } from '../../src/intake/buttons.js';
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
export interface Shown {
  id: string;
  text: string;
  buttons: string[];
}

export interface Room {
  source: Omit<Source, 'messageId'>;
  shown(): Shown[];
  /** Somebody who is no operator presses; gives what they alone are told. */
  press(label: string): Promise<string>;
  /** What came with a press is over. */
  forgetPresses(): void;
}

export class CardsStage {
  readonly home = new Home();
  carrier!: Carrier;
  rooms!: Record<'Discord' | 'Telegram' | 'Slack', Room>;
  /** How far the hub's clock is ahead, in ms. */
  ahead = 0;
  #notices!: Notices;
  #stop: (() => Promise<unknown>)[] = [];

  async open(): Promise<void> {
    const [discord, telegram, slack] = await Promise.all([
      startDiscordServer(),
      startTelegramServer(),
      startSlackServer({ retriesMs: [50, 500] }),
    ]);
    this.#stop = [() => discord.stop(), () => telegram.stop(), () => slack.stop()];
    this.home.character('assistant', {
      ...{ name: 'Ünübertrefflich-größte Ädä', bio: '.', plugins: [] },
      connectors: Object.fromEntries(
        ['discord', 'telegram', 'slack'].map((name) => [name, { dm: 'open', places: 'open' }]),
      ),
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
      { connectors, model: () => scriptedModel(() => 'yes'), now: () => Date.now() + this.ahead },
      { CARRIER_CALLBACK_SECRET: secret, CARRIER_SWEEP_MS: '200' },
    );
    const { turns, notes } = this.carrier.store;
    // Found by the hub's own sweeps.
    const deliveries = { schedule: async () => {} } as never;
    this.#notices = new Notices({ turns, notes, deliveries, now: () => Date.now() + this.ahead, log });
    this.rooms = {
      Discord: roomOnDiscord(discord),
      Telegram: roomOnTelegram(telegram),
      Slack: roomOnSlack(slack),
    };
  }

  async close(): Promise<void> {
    await this.home.dispose();
    await Promise.all(this.#stop.map((stop) => stop()));
  }

  /** As the operators' room stands in a character; gives the turn that names the card. */
  async tell({ source }: Room, fields: CardFields, once: string, replaces?: string): Promise<string> {
    const { text, decidable } = cardOf(fields, Date.now() + this.ahead);
    const at = { ...source, messageId: 'approvals' };
    const buttons = decidable ? await this.#buttons(at) : undefined;
    const to = { agentId: 'assistant', source: at, direct: false, author: { id: 'ann' } };
    const told = await this.#notices.tell(to, { text, ...(buttons && { buttons }) }, once, {
      ...(replaces !== undefined && { replaces }),
    });
    return told.turnId;
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

function roomOnDiscord(discord: Awaited<ReturnType<typeof startDiscordServer>>): Room {
  const guild = discord.addGuild();
  const channel = discord.addChannel(guild, 'operators');
  const bob = discord.addPerson('Bob', [guild]);
  const labelsOf = (message: typeof discord.said extends (c: never) => (infer M)[] ? M : never) =>
    message.components.flatMap(({ components = [] }) => components.map(({ label }) => label ?? ''));
  return {
    source: { connector: 'discord', tenant: guild.id, channel: channel.id },
    shown: () =>
      discord
        .said(channel)
        .map((message) => ({ id: message.id, text: message.content, buttons: labelsOf(message) })),
    async press(label) {
      const pressed = bob.press(
        discord.said(channel).findLast((said) => labelsOf(said).includes(label))!,
        label,
      );
      await until(() => pressed.followUps.length > 0);
      return pressed.followUps[0]!.content;
    },
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

function roomOnTelegram(telegram: Awaited<ReturnType<typeof startTelegramServer>>): Room {
  const chat = telegram.world.group('operators');
  const bob = telegram.world.user('Bob');
  const labelsOf = ({ reply_markup }: typeof chat.messages extends Map<number, infer M> ? M : never) =>
    reply_markup?.inline_keyboard.flat().map(({ text }) => text) ?? [];
  return {
    source: { connector: 'telegram', tenant: 'default', channel: String(chat.id) },
    shown: () =>
      telegram.said(chat).map((message) => ({
        ...{ id: String(message.message_id), text: message.text ?? '', buttons: labelsOf(message) },
      })),
    async press(label) {
      const { message_id } = telegram.said(chat).findLast((said) => labelsOf(said).includes(label))!;
      return (await telegram.people.press(chat, bob, message_id, label)).text;
    },
    forgetPresses() {},
  };
}

function roomOnSlack(slack: Awaited<ReturnType<typeof startSlackServer>>): Room {
  const labelsOf = (blocks: Record<string, unknown>[] = []) =>
    blocks
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements }) => (elements as { text: { text: string } }[]).map(({ text }) => text.text));
  const said = () => slack.team.ofApp('C0LOBBY');
  return {
    source: { connector: 'slack', tenant: slack.team.id, channel: 'C0LOBBY' },
    shown: () =>
      said().map((message, at) => ({
        ...{ id: message.ts, text: slack.team.shown('C0LOBBY')[at]!, buttons: labelsOf(message.blocks) },
      })),
    async press(label) {
      const { ephemerals } = slack.team;
      const before = ephemerals.length;
      const message = said().findLast(({ blocks }) => labelsOf(blocks).includes(label))!;
      if (!(await slack.people.press(message, 'U0BOB', label)))
        throw new Error('Slack got no answer in 3 s.');
      await until(() => ephemerals.length > before);
      return ephemerals[before]!.text;
    },
    forgetPresses: () => slack.faults.on('response', { error: 'expired_url', times: 1000 }),
  };
}
