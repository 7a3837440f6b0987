/** Four platforms talk to one agent at once while connections break and the hub is killed. What people see is judged. */

import { until } from '../support/until.js';
import { nameOf, type Score, scoreOf, sumOf } from './answer.js';
import { discordPlatform } from './discord.js';
import { httpPlatform } from './http.js';
import { type Hubs, prepareHubs } from './hubs.js';
import { type ModelServer, startModelServer } from './model-server.js';
import type { SoakPlatform } from './platform.js';
import { slackPlatform } from './slack.js';
import { telegramPlatform } from './telegram.js';
import type { Counts, Kind } from './trouble.js';

export interface SoakOptions {
  /** For each platform. */
  messages: number;
  /** A gateway and two workers on Redis and MongoDB, instead of one hub. */
  distributed?: boolean;
  /** Between two messages on a platform, in ms. */
  everyMs?: number;
  /** Each platform refuses, limits and loses answers so often, and is away for so long. */
  trouble?: { each: number; awayMs: number };
  /** How long nothing may change before what is missing is taken for lost, in ms. */
  patienceMs?: number;
  say?(line: string): void;
}

export interface SoakReport {
  perConnector: Record<string, Score & Counts>;
}

/** How long a killed process is gone. */
const awayMs = 1500;

/** When all is answered, the rooms are watched so much longer, for what comes twice. Sweeps come every second. */
const afterwardsMs = 5000;

/** @param onEnd is given the hub's log, and what was said and shown in each room. */
export async function soak(
  options: SoakOptions,
  onEnd?: (log: string, rooms: object) => void,
): Promise<SoakReport> {
  const { distributed = false, say = () => {} } = options;
  let hubs: Hubs | null = null;
  const model = await startModelServer();
  const platforms = await Promise.all([
    discordPlatform(),
    telegramPlatform(),
    slackPlatform(),
    httpPlatform(() => hubs?.address() ?? null),
  ]);
  try {
    const settings = Object.assign({}, ...platforms.map((platform) => platform.settings), {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'sk-soak',
      CARRIER_MODELS: 'openai',
    }) as Record<string, string>;
    hubs = await prepareHubs(settings, { distributed, awayMs });
    await hubs.start();
    await until(() => connected(hubs!), 30_000);
    const talk = new Talk(platforms, options);
    const away: Promise<void>[] = [];
    const faults = [...faultsOf(platforms, hubs, model, say), ...troubles(platforms, options, away)];
    await talk.run(faults.sort((a, b) => a.at - b.at));
    say('all is said');
    await Promise.all(away);
    say('all platforms are back');
    await talk.settle();
    onEnd?.(hubs.log(), talk.rooms());
    return talk.report();
  } finally {
    await hubs?.stop();
    await Promise.all(platforms.map((platform) => platform.stop()));
    await model.stop();
  }
}

/** By then the hub has noted what a message that it sent is called. */
const notedMs = 250;

/** A kill waits no longer for a moment in the middle of answers. */
const killWithinMs = 20_000;

/** By when they happen, as a part of the whole talk. */
type Faults = { at: number; happen(): Promise<void> | void }[];

function faultsOf(
  platforms: SoakPlatform[],
  hubs: Hubs,
  model: ModelServer,
  say: (line: string) => void,
): Faults {
  const cuts = platforms.map(({ name, cut }, index) => ({
    at: 0.1 + 0.06 * index,
    happen() {
      say(`${name}: connection cut`);
      cut();
    },
  }));
  const whileWriting = async (what: string, kill: () => Promise<void>) => {
    const end = Date.now() + killWithinMs;
    const unsure = () =>
      Date.now() - Math.max(...platforms.map(({ unsureSince }) => unsureSince?.() ?? 0)) < notedMs;
    while ((model.writing < 3 || unsure()) && Date.now() < end) await pause(1);
    say(`${what} killed while ${model.writing} answers were being written`);
    await kill();
    say(`${what} started again`);
  };
  return [
    ...cuts,
    { at: 0.4, happen: () => whileWriting('hub', () => hubs.killGateway()) },
    { at: 0.75, happen: () => whileWriting('worker or hub', () => hubs.killWorker()) },
  ];
}

/** @param away is given what lasts on after it was begun. */
function troubles(platforms: SoakPlatform[], { trouble, say }: SoakOptions, away: Promise<void>[]): Faults {
  if (!trouble) return [];
  const { each, awayMs } = trouble;
  const kinds: Kind[] = ['refuse', 'limit', 'lose'];
  const planned = Array.from({ length: each }, (_, index) => ({
    at: (0.9 * index) / each,
    happen() {
      for (const platform of platforms) for (const kind of kinds) platform.trouble.plan(kind);
    },
  }));
  const leaving = platforms.map(({ name, trouble: own, cut }, index) => ({
    // First where the fewest requests are, as they meet nothing else meanwhile.
    at: 0.1 + 0.1 * (platforms.length - 1 - index),
    happen() {
      say?.(`${name}: away`);
      const cutting = setInterval(cut, 5000);
      cut();
      away.push(
        own.goAway(awayMs).then(() => {
          clearInterval(cutting);
          say?.(`${name}: back`);
        }),
      );
    },
  }));
  return [...planned, ...leaving];
}

class Talk {
  readonly #platforms: SoakPlatform[];
  readonly #options: SoakOptions;
  /** What was said, by platform and room. */
  readonly #sent: string[][][];

  constructor(platforms: SoakPlatform[], options: SoakOptions) {
    this.#platforms = platforms;
    this.#options = options;
    this.#sent = platforms.map(({ rooms }) => rooms.map(() => []));
  }

  async run(faults: Faults): Promise<void> {
    const { messages, everyMs = 150 } = this.#options;
    let happening = Promise.resolve();
    const waiting = [...faults];
    for (let index = 0; index < messages; index += 1) {
      while (waiting[0] && waiting[0].at * messages <= index) {
        // People talk on while the hub is away, but no longer than until it is to be killed again.
        await happening;
        happening = Promise.resolve(waiting.shift()!.happen());
      }
      for (const [which, { name, rooms }] of this.#platforms.entries()) {
        const room = index % rooms.length;
        const said = this.#sent[which]![room]!;
        const text = nameOf(name, room, said.length);
        said.push(text);
        rooms[room]!.say(text);
      }
      await pause(everyMs);
    }
    await happening;
  }

  /** Waits until everything is answered, or nothing changes any more; then a little, for what comes twice. */
  async settle(): Promise<void> {
    const { patienceMs = 45_000 } = this.#options;
    let seen = '';
    let changedAt = Date.now();
    for (;;) {
      const scores = Object.values(this.report().perConnector);
      const now = JSON.stringify(scores);
      if (now !== seen) changedAt = Date.now();
      seen = now;
      const still = Date.now() - changedAt;
      const done = scores.every(({ lost }) => lost === 0);
      if (still > (done ? afterwardsMs : patienceMs)) return;
      await pause(100);
    }
  }

  rooms(): { connector: string; sent: string[]; shown: string[] }[] {
    return this.#platforms.flatMap(({ name, rooms }, which) =>
      rooms.map((room, index) => ({
        connector: name,
        sent: this.#sent[which]![index]!,
        shown: room.shown(),
      })),
    );
  }

  report(): SoakReport {
    const rooms = this.rooms();
    const entries = this.#platforms.map(({ name, trouble: { counts, unsure } }) => {
      const own = rooms.filter(({ connector }) => connector === name);
      const score = sumOf(own.map(({ sent, shown }) => scoreOf(sent, shown, unsure)));
      return [name, { ...score, ...counts }] as const;
    });
    return { perConnector: Object.fromEntries(entries) };
  }
}

/** Bots that come to a place for the first time do not answer what was said there before. */
async function connected(hubs: Hubs): Promise<boolean> {
  const response = await fetch(`${hubs.address()!.url}/readyz`);
  const { connections } = (await response.json()) as { connections?: Record<string, string> };
  const states = Object.values(connections ?? {});
  return states.length === 3 && states.every((state) => state === 'ok');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
