/** One agent's connectors: brought to what its definition and its secrets ask for, one change after the other. */
import type { Connection, Connector } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { ConnectionState } from '../core/connection-state.js';
import type { ConnectorState } from '../core/connector-state.js';
import { atMost, within } from '../core/deadline.js';
import { CarrierError, FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { redact } from '../redaction.js';
import type { Bot, Bots } from './bots.js';
import { type Attempt, stateOf, unfinished } from './connector-state.js';
import type { Problem } from './problem.js';

/** What a process does with the connectors of its agents. */
export interface Stage {
  start(connector: Connector): Promise<void>;
  connections: {
    add(connection: Connection, opening: { opened(): void; refused(error: FatalError): void }): void;
    remove(connection: Connection): Promise<void>;
    stateOf(connection: Connection): ConnectionState | null;
  };
  /** A connector runs that did not before: replies may wait for it. */
  started(): void;
  /** How long a connector is waited for that does not stop, in ms. */
  patienceMs(): number;
  /** How long a connector may take to start, in ms. */
  beginMs?: number;
  log: Logger;
}

/** After this long, in ms, a bot that was refused is tried again: what was wrong may have been put right at the platform. */
const againMs = 60_000;

/** How long a connector may take to start, in ms; one that hangs must not keep its agent from being changed. */
const usualBeginMs = 60_000;

interface Failure {
  fingerprint: string;
  /** Performance clock; not tried again before. */
  until: number;
  problem: Problem;
}

interface Running {
  bot: Bot;
  connector: Connector;
  /** Unix ms. */
  since: number;
}

export class RunningAgent {
  /** What its settings and its platforms have against it, by the connector's name. */
  readonly #failures = new Map<string, Failure>();
  readonly #running = new Map<string, Running>();
  /** The last one of each, also of one that runs again. */
  readonly #errors = new Map<string, Attempt['lastError']>();
  #bots: Bots | null = null;
  readonly #id: string | null;
  readonly #stage: Stage;
  readonly #wanted: () => Promise<Bots | null>;
  #work: Promise<unknown> = Promise.resolve();
  #next: Promise<Bots | null> | null = null;
  #state: 'open' | 'quiet' | 'stopped' = 'open';

  /**
   * @param id null: the connectors that serve the whole hub.
   * @param wanted what should run now; null: nothing any more.
   */
  constructor(id: Agent['id'] | null, stage: Stage, wanted: () => Promise<Bots | null>) {
    this.#id = id;
    this.#stage = stage;
    this.#wanted = wanted;
  }

  get connectors(): Connector[] {
    return [...this.#running.values()].map(({ connector }) => connector);
  }

  get problems(): Problem[] {
    return [...this.#failures.values()].map(({ problem }) => problem);
  }

  /** Of all that it names, whether or not it runs. */
  get states(): ConnectorState[] {
    const names = new Set([...this.#running.keys(), ...this.#failures.keys()]);
    const { problems = [], unset = [] } = this.#bots ?? {};
    const missing = [...problems, ...unset].filter(({ connector }) => !names.has(connector));
    return [
      ...[...names].map((name) => stateOf(this.#ownerOf(name), this.#attempt(name))),
      ...[...new Set(missing.map(({ connector }) => connector))].map((name) =>
        unfinished(this.#id, this.#attempt(name), missing),
      ),
    ];
  }

  /** A program may bring one that is an agent's among those that serve the hub. */
  #ownerOf(connector: string): string | null {
    return this.#running.get(connector)?.connector.agentId ?? this.#id;
  }

  #attempt(connector: string): Attempt {
    const running = this.#running.get(connector);
    const failure = this.#failures.get(connector);
    const connection = running?.connector.connection;
    return {
      connector,
      runsSince: running?.since ?? null,
      connection: connection ? this.#stage.connections.stateOf(connection) : null,
      refused: failure !== undefined && performance.now() < failure.until,
      lastError: this.#errors.get(connector) ?? null,
    };
  }

  /** Starts, changes and stops what is not as it should be. Looks that have not begun yet are one. */
  look(): Promise<Bots | null> {
    if (this.#next) return this.#next;
    const next = this.#work.then(() => {
      this.#next = null;
      return this.#bring();
    });
    this.#next = next;
    this.#work = next.catch((err) =>
      this.#stage.log.error({ err, agentId: this.#id }, 'its bots are not looked after'),
    );
    return next;
  }

  /** Tries again at the next look what was refused, whether or not its settings have changed. */
  forgive(): void {
    for (const failure of this.#failures.values()) failure.until = 0;
  }

  /** The platform takes nothing from this connector: it goes off. */
  refuse(connector: Connector, error: CarrierError): void {
    const running = [...this.#running.values()].find((one) => one.connector === connector);
    if (!running) return;
    this.#fail(running.bot, error);
    void this.look().catch(() => {});
  }

  /** Nothing is received any more; replies can still be sent. */
  async quiet(): Promise<void> {
    if (this.#state === 'open') this.#state = 'quiet';
    // What hangs while it starts is not waited for: it stops once it has started.
    await atMost(this.#stage.patienceMs(), this.#work).catch(() => {});
    await Promise.all([...this.#running.values()].map((running) => this.#close(running)));
  }

  /** After `quiet`. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    await Promise.all([...this.#running.values()].map((running) => this.#end(running)));
  }

  async #bring(): Promise<Bots | null> {
    if (this.#state !== 'open') return null;
    const wanted = await this.#wanted();
    this.#bots = wanted;
    const bots = new Map(wanted?.bots.map((bot) => [bot.connector, bot]));
    for (const [name, { fingerprint }] of this.#failures)
      if (bots.get(name)?.fingerprint !== fingerprint) this.#failures.delete(name);
    const over = [...this.#running.values()].filter(
      ({ bot }) => bots.get(bot.connector)?.fingerprint !== bot.fingerprint || this.#isRefused(bot),
    );
    await Promise.all(over.map((running) => this.#end(running)));
    const absent = [...bots.values()].filter(
      (bot) => !this.#running.has(bot.connector) && !this.#isRefused(bot),
    );
    await Promise.all(absent.map((bot) => this.#begin(bot)));
    return wanted;
  }

  #isRefused({ connector, fingerprint }: Bot): boolean {
    const failure = this.#failures.get(connector);
    return failure?.fingerprint === fingerprint && performance.now() < failure.until;
  }

  async #begin(bot: Bot): Promise<void> {
    const { start, connections, started, beginMs = usualBeginMs } = this.#stage;
    let made: Connector | undefined;
    const beginning = (async () => {
      made = await bot.create();
      await start(made);
      return made;
    })();
    let connector: Connector;
    try {
      connector = await within(beginMs, () => beginning);
    } catch (error) {
      if (made) await this.#stop(bot, made);
      // It may have been late, and start after all.
      beginning.then((late) => this.#stop(bot, late)).catch(() => {});
      this.#fail(bot, error as Error);
      return;
    }
    if (this.#state === 'stopped') return this.#stop(bot, connector);
    this.#running.set(bot.connector, { bot, connector, since: Date.now() });
    const { connection } = connector;
    if (connection && this.#state === 'open')
      connections.add(connection, {
        opened: () => this.#failures.delete(bot.connector),
        refused: (error) => this.refuse(connector, error),
      });
    else this.#failures.delete(bot.connector);
    this.#stage.log.info({ agentId: this.#id, connector: bot.connector }, 'the connector runs');
    started();
  }

  #fail({ connector, fingerprint }: Bot, error: Error): void {
    // It comes from elsewhere, and may quote what it was given.
    const message = redact(error.message);
    const field = (error instanceof CarrierError && error.field) || `connectors.${connector}`;
    // What may pass is tried again at the next look, but a token that is refused is not: platforms count.
    const refused = error instanceof CarrierError && error.code === 'config_invalid';
    const until = refused || error instanceof FatalError ? performance.now() + againMs : 0;
    const problem = { agentId: this.#id, connector, field, message };
    this.#failures.set(connector, { fingerprint, until, problem });
    this.#errors.set(connector, { message, at: Date.now() });
  }

  async #end({ bot, connector }: Running): Promise<void> {
    this.#running.delete(bot.connector);
    await this.#close({ bot, connector });
    await this.#stop(bot, connector);
    this.#stage.log.info({ agentId: this.#id, connector: bot.connector }, 'the bot has stopped');
  }

  async #close({ bot, connector: { connection } }: Omit<Running, 'since'>): Promise<void> {
    if (connection) await this.#step(bot, () => this.#stage.connections.remove(connection));
  }

  #stop(bot: Bot, connector: Connector): Promise<void> {
    return this.#step(bot, () => connector.stop());
  }

  /** Whatever a connector does on its way out, the others go on. */
  async #step({ connector }: Bot, step: () => Promise<void>): Promise<void> {
    try {
      await within(this.#stage.patienceMs(), step);
    } catch (err) {
      this.#stage.log.error(
        { err, agentId: this.#id, connector },
        'a bot did not stop cleanly; the hub goes on without it',
      );
    }
  }
}
