import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Carrier, startCarrier } from '../../src/carrier.js';
import { startTelegramFront, type TelegramFront } from '../platforms/telegram/front.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { Home } from '../support/hub.js';
import { journal } from '../support/journal.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

export const tokens = {
  ada: '71001:AAtoken-of-ada_the-first-and-longest',
  cap: '72002:AAtoken-of-cap_the-first-and-longest',
};
export const open = { dm: 'open' as const, rate: { perUser: 0, perRoom: 0 } };

/** A real hub before it runs, and two bots at the protocol server of a platform. */
export class LiveStage {
  readonly home = new Home();
  readonly logged = journal();
  ada!: TelegramServer;
  cap!: TelegramServer;
  front!: TelegramFront;
  carrier: Carrier | undefined;
  /** What the model was asked. */
  asked: string[] = [];

  async open(): Promise<void> {
    rmSync(join(this.home.characters, 'assistant.json'));
    [this.ada, this.cap] = await Promise.all([
      startTelegramServer({ token: tokens.ada, username: 'ada_bot' }),
      startTelegramServer({ token: tokens.cap, username: 'cap_bot' }),
    ]);
    this.front = await startTelegramFront([this.ada, this.cap]);
  }

  async close(): Promise<void> {
    await this.carrier?.stop();
    await Promise.all([this.front.stop(), this.ada.stop(), this.cap.stop()]);
    await this.home.dispose();
  }

  write(id: string, name: string, telegram: object = {}): void {
    const connectors = { telegram: { ...open, ...telegram } };
    this.home.character(id, { name, bio: '.', plugins: [], connectors });
  }

  secret(name: string, value: string): void {
    this.home.secret(name, value);
  }

  /** Answers with the agent's name, as its definition has it now. */
  async start(
    env: Record<string, string> = {},
    before: () => Promise<void> = async () => {},
    extensions: unknown[] = [],
  ): Promise<Carrier> {
    const config = this.home.config({
      TELEGRAM_API_URL: this.front.url,
      CARRIER_STREAMING: 'false',
      CARRIER_SWEEP_MS: '300',
      ...env,
    });
    this.asked = [];
    const model = scriptedModel(async (request) => {
      this.asked.push(lastSaid(request));
      await before();
      const persona = request.system.find((part) => part.kind === 'persona');
      return `${persona?.name}: ${lastSaid(request)}`;
    });
    this.carrier = await startCarrier(config, this.logged.log, { model: () => model, extensions });
    return this.carrier;
  }

  pollsWith(token: string): number {
    return this.#calls(token, 'getupdates');
  }

  introductions(token: string): number {
    return this.#calls(token, 'getme');
  }

  #calls(token: string, method: string): number {
    return this.front.asked.filter((call) => call.token === token && call.method.toLowerCase() === method)
      .length;
  }
}

export function talk(server: TelegramServer) {
  const person = server.world.user('Alice');
  const chat = server.world.dm(person);
  return {
    say: (text: string) => void server.people.say(chat, person, text),
    get answers() {
      return server.said(chat).map(({ text }) => text);
    },
  };
}

/** Somebody who writes to an agent without a pause; every message is answered once, in order. */
export function stream(server: TelegramServer, name: string) {
  const { say, ...rest } = talk(server);
  const chat = [...server.world.chats.values()].at(-1)!;
  let sent = 0;
  const timer = setInterval(() => say(`${name} ${++sent}`), 40);
  return {
    ...rest,
    async end(): Promise<void> {
      clearInterval(timer);
      const texts = () => server.said(chat).map(({ text }) => text ?? '');
      const numbers = () =>
        texts()
          .flatMap((text) => text.match(/\d+/g) ?? [])
          .map(Number);
      await until(() => numbers().at(-1) === sent);
      expect(sent).toBeGreaterThan(5);
      // A burst is one turn, so one answer may cover several; none is answered twice or before its time.
      expect(numbers()).toEqual([...new Set(numbers())].sort((a, b) => a - b));
    },
  };
}

/** Connectors of agents; the others are the hub's own. */
export const botsOf = (hub: Pick<Carrier, 'connectors'>) => hub.connectors().filter(({ agentId }) => agentId);
