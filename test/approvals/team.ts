/** A hub as a process between a Telegram server and a Slack server, and a server whose calls a tool makes. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SlackServer, startSlackServer } from '../platforms/slack/server.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import type { Chat } from '../platforms/telegram/world.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

const program = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('./dying-hub.ts', import.meta.url)),
];
const died = (home: Home) => join(home.folder, 'died');

export class Team {
  readonly home = new Home();
  telegram!: TelegramServer;
  slack!: SlackServer;
  /** Alice writes there. */
  chat!: Chat;
  alice!: ReturnType<TelegramServer['world']['user']>;
  /** What the tool's server was asked for, with the key of each call. */
  readonly calls: { amount: number; key: string }[] = [];
  #server!: Server;
  #hub!: HubProcess;
  #url = '';

  async open(ask: object): Promise<void> {
    [this.telegram, this.slack] = await Promise.all([
      startTelegramServer(),
      startSlackServer({ retriesMs: [50, 500] }),
    ]);
    this.slack.team.addUser('U0OLGA', 'Olga Ops');
    this.slack.team.channels.get('C0ATTIC')!.members.add('U0OLGA');
    this.alice = this.telegram.world.user('Alice');
    this.chat = this.telegram.world.dm(this.alice);
    this.#server = createServer((req, res) => {
      const amount = Number(new URL(req.url!, 'http://x').searchParams.get('amount'));
      this.calls.push({ amount, key: String(req.headers['idempotency-key']) });
      res.end(`wired ${amount}`);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    writeFileSync(
      join(this.home.characters, 'bank.js'),
      `import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
      export default { name: 'bank', actions: [{
        name: 'wire', description: 'Wires money.', parameters: z.object({ amount: z.number() }), phrases: ['wire {amount}'],
        async run({ amount }, { idempotencyKey }) {
          const answer = await fetch('http://127.0.0.1:${port}/?amount=' + amount, { headers: { 'idempotency-key': idempotencyKey } });
          return answer.text();
        },
      }] };`,
    );
    writeFileSync(join(this.home.characters, 'package.json'), '{"type":"module"}');
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: 'Careful.', plugins: ['./bank.js'] },
      operatorsRoom: { connector: 'slack', tenant: 'T0TEAM', channel: 'C0ATTIC' },
      policy: {
        rules: [
          {
            name: 'money',
            effect: 'ask',
            tool: '*wire',
            ask: { fourEyes: true, where: 'both', ...ask },
          },
        ],
      },
      connectors: {
        telegram: { dm: 'open' },
        slack: { dm: 'open', groups: 'mention', places: 'open' },
      },
    });
  }

  /** @param killAt the point at which the process kills itself, once */
  async start(killAt = '', laterMs = 0): Promise<void> {
    const env = {
      ...{ SLACK_BOT_TOKEN: this.slack.bot.token, SLACK_APP_TOKEN: this.slack.app.appToken },
      ...{ SLACK_API_URL: this.slack.apiUrl, TELEGRAM_TOKEN: this.telegram.token },
      ...{ TELEGRAM_API_URL: this.telegram.url, CARRIER_SWEEP_MS: '300', CARRIER_MODELS: 'offline' },
    };
    this.#hub = new HubProcess(
      {
        ...this.home.settings(env),
        ...{ HOME: this.home.folder, DIED: died(this.home), KILL_AT: killAt, LATER_MS: String(laterMs) },
      },
      program,
    );
    if (killAt) rmSync(died(this.home), { force: true });
    this.#url = await this.#hub.start();
    await until(() => this.slack.sockets.connected === 1, 20_000);
  }

  /** Once it has killed itself. */
  async died(): Promise<void> {
    await until(() => existsSync(died(this.home)), 30_000);
    await this.#hub.end('SIGKILL');
  }

  kill(): Promise<number | null> {
    return this.#hub.end('SIGKILL');
  }

  /** By the hub's own token. */
  async call(method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#hub.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  }

  /** Alice, who may do much, has an account on both platforms; Olga keeps the agent running, from Slack. */
  async people(): Promise<void> {
    const alice = { telegram: `telegram:${this.alice.id}`, slack: 'slack/T0TEAM:U0ALICE' };
    const agentId = 'assistant';
    for (const account of [...Object.values(alice), 'slack/T0TEAM:U0OLGA'])
      await this.call('POST', '/roles/give', { role: 'operator', account, agentId });
    await this.call('POST', '/people/link', { account: alice.telegram, other: alice.slack });
  }

  ask(): void {
    this.telegram.people.say(this.chat, this.alice, 'wire 50');
  }

  /** What the bot has said to Alice. */
  told(): string[] {
    return this.telegram.said(this.chat).map(({ text = '' }) => text);
  }

  /** Messages with a card, in the operators' room. */
  cards() {
    return this.slack.team.ofApp('C0ATTIC');
  }

  /** The text of what is shown there, the newest. */
  card(): string {
    return this.slack.team.shown('C0ATTIC').at(-1) ?? '';
  }

  buttons(): string[] {
    const rows = this.cards().flatMap(({ blocks = [] }) => blocks.filter(({ type }) => type === 'actions'));
    return rows.flatMap(({ elements }) =>
      (elements as { text: { text: string } }[]).map(({ text }) => text.text),
    );
  }

  /**
   * The card in Alice's conversation: the newest, since a process that is killed right after Telegram took a message cannot
   * know that it did, and sends it again.
   */
  #inChat() {
    const isCard = (text = '') => /^(Approval needed|Approved|Denied|Expired|Stopped):/.test(text);
    return this.telegram.said(this.chat).findLast(({ text }) => isCard(text));
  }

  cardWhereAsked(): string {
    return this.#inChat()?.text ?? '';
  }

  buttonsWhereAsked(): string[] {
    return (this.#inChat()?.reply_markup?.inline_keyboard ?? []).flat().map(({ text }) => text);
  }

  /** Alice presses under the card where she asked; what she is told. */
  async pressWhereAsked(label: 'Approve' | 'Deny'): Promise<string> {
    await until(() => this.buttonsWhereAsked().includes(label), 20_000);
    const { message_id: id } = this.#inChat()!;
    return (await this.telegram.people.press(this.chat, this.alice, id, label)).text;
  }

  press(user: string, label: 'Approve' | 'Deny'): Promise<boolean> {
    const message = this.cards().findLast(({ blocks = [] }) =>
      blocks.some(({ type }) => type === 'actions'),
    )!;
    return this.slack.people.press(message, user, label);
  }

  /** What somebody alone has read in the operators' room. */
  whispered(user: string): string[] {
    return this.slack.team.ephemerals.filter((one) => one.user === user).map(({ text }) => text);
  }

  async close(): Promise<void> {
    await this.kill();
    await this.home.dispose();
    await Promise.all([this.telegram.stop(), this.slack.stop()]);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
