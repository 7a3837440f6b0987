/** The real hub, for tests: its own store, gate, queue and outbox, and a model that says what the test tells it to. */
import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Carrier } from '../carrier.js';
import type { ConfigDefinition } from '../config-file.js';
import type { Connector, Memory, Plugin, PluginExtension } from '../extension-api.js';
import type { HttpServer } from '../http/server.js';
import { Recorder } from './recorder.js';
import { ScriptedModel } from './script.js';

/** What a test may want to be different. */
export interface TestHubOptions {
  /**
   * What the agent's character says about the connector, as `connectors.NAME` in `characters/README.md`. Absent: nothing,
   * so the gate is as it is on a platform: strangers and groups get a code.
   */
  gate?: Record<string, unknown>;
  /** Settings of the hub by their names in `.env.example`. */
  settings?: Record<string, string>;
  /** What `carrier.config.json` says; paths in it start from a folder of the hub's own. */
  config?: ConfigDefinition;
  /** Plugins of the agent; those that are given are used. */
  plugins?: (Plugin | PluginExtension)[];
  /** What else the agent's character says. */
  character?: Record<string, unknown>;
  /** The clock by which waits expire and deliveries are tried again, Unix ms: so that hours pass at once. */
  now?: () => number;
}

/** Patience with a hub that stops, in ms. */
const stopMs = 1000;

/**
 * A hub with one agent, `eliza`, on an embedded store in a folder of its own, with the connector that `make` makes.
 * `hub.seen` is between the two: it counts, and fails the store on demand.
 * @example
 * const hub = await TestHub.open(({ url }) => pagerConnector({ agentId: 'eliza', url }), {
 *   gate: { dm: 'open', places: 'open' },
 * });
 * hub.model.answer = 'Hello.';
 * // A person writes on the platform …
 * await hub.received(1);
 * await hub.close();
 */
export class TestHub {
  readonly model = new ScriptedModel();
  readonly seen = new Recorder();
  /** An administrator's, for the hub's HTTP API. */
  readonly token = `carrier_${randomBytes(16).toString('hex')}`;
  #url = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'carrier-testing-'));
  readonly #options: TestHubOptions;
  /** As in the options; another one counts from the next start. */
  gate: Record<string, unknown>;
  #connector: Connector | null = null;
  #carrier: Carrier | null = null;
  #server: HttpServer | null = null;

  private constructor(options: TestHubOptions) {
    this.#options = options;
    this.gate = options.gate ?? {};
  }

  /**
   * When it resolves, the connector is started and, where it holds a connection, connected.
   * @param make is given the hub before it runs: its `url` is known already.
   */
  static async open(
    make: (hub: TestHub) => Connector | Promise<Connector>,
    options: TestHubOptions = {},
  ): Promise<TestHub> {
    const hub = new TestHub(options);
    try {
      await hub.#listen(0);
      hub.#connector = await make(hub);
      await hub.#run();
      return hub;
    } catch (error) {
      await hub.close();
      throw error;
    }
  }

  /** Where the hub's HTTP server listens; the connector's routes are there. It stays the same over a restart. */
  get url(): string {
    return this.#url;
  }

  /** All messages that are stored, of people and of the agent, oldest first. */
  async memories(): Promise<Memory[]> {
    const { memories } = this.#running.store;
    const found: Memory[] = [];
    for (let cursor: string | undefined | null; cursor !== null; ) {
      const page = await memories.rooms({ limit: 100, ...(cursor && { cursor }) });
      for (const { roomId } of page.items)
        found.push(...(await memories.history(roomId, { limit: 500 })).items);
      cursor = page.nextCursor;
    }
    return found.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** The stored messages of people, once there are that many. */
  async received(count = 1): Promise<Memory[]> {
    for (;;) {
      const messages = (await this.memories()).filter(({ role }) => role === 'user');
      if (messages.length >= count) return messages;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** How many reactions to replies are kept. */
  async feedback(): Promise<number> {
    return (await this.#running.store.notes.list('feedback:', 100)).length;
  }

  /** The codes that the hub has told, to people and in groups, and that nobody has approved. */
  async codes(): Promise<string[]> {
    const { requests, placeRequests } = await this.#operate('pairings.list', {});
    return [...requests, ...placeRequests].map(({ code }) => code);
  }

  /** As an operator does it who was given the code. */
  async approve(code: string): Promise<void> {
    await this.#operate('pairings.approve', { code });
  }

  /** Lets all people out again who were let in by a code. */
  async revoke(): Promise<void> {
    const { pairings } = await this.#operate('pairings.list', {});
    for (const { pairing } of pairings) await this.#operate('pairings.revoke', { pairing });
  }

  /** Starts it again on what it has stored. While it runs, nothing happens. */
  async start(): Promise<void> {
    if (this.#carrier) return;
    await this.#listen(Number(new URL(this.#url).port));
    await this.#run();
  }

  /** What runs is waited for only so long; it is taken up at the next start. */
  async stop(withinMs = stopMs): Promise<void> {
    const [carrier, server] = [this.#carrier, this.#server];
    this.#carrier = this.#server = null;
    await server?.close(withinMs);
    await carrier?.stop(withinMs);
  }

  /** Stops it, and removes what it has stored. */
  async close(): Promise<void> {
    this.model.release();
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #running(): Carrier {
    if (!this.#carrier) throw new Error('The hub is stopped: start it first.');
    return this.#carrier;
  }

  get #operate() {
    const { operations } = this.#running;
    const call: NonNullable<typeof operations>['call'] = operations!.call.bind(operations);
    return <Name extends Parameters<typeof call>[0]>(name: Name, input: Parameters<typeof call<Name>>[1]) =>
      call<Name>(name, input, { kind: 'system' });
  }

  async #run(): Promise<void> {
    const { settings, config: said = {}, plugins = [], character, now } = this.#options;
    // Loaded here: who tests a plugin or a provider loads no hub.
    const [{ startCarrier }, { readConfig }, { readConfigDefinition }, { createLogger }] = await Promise.all([
      import('../carrier.js'),
      import('../config.js'),
      import('../config-file.js'),
      import('../logger.js'),
    ]);
    const connector = this.#connector!;
    const given = {
      CARRIER_DATA_DIR: join(this.#folder, 'data'),
      CARRIER_SECRETS_DIR: join(this.#folder, 'secrets'),
      CARRIER_EMBEDDER: 'none',
      CARRIER_RETRY_BASE_MS: '20',
      CARRIER_TURN_ATTEMPTS: '50',
      CARRIER_SWEEP_MS: '500',
      ...settings,
    };
    const config = readConfig(given, readConfigDefinition(said, join(this.#folder, 'carrier.config.json')));
    const eliza = {
      name: 'Eliza',
      bio: 'Eliza answers.',
      plugins: plugins.map(({ name }) => name),
      connectors: { [connector.name]: this.gate },
      ...character,
    };
    this.#carrier = await startCarrier(config, createLogger('silent'), {
      connectors: [this.seen.around(connector)],
      model: () => this.model,
      embedder: null,
      ...(now && { now }),
      plugins,
      characters: { eliza },
    });
    await this.#connected();
  }

  async #connected(): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      const { connections } = await this.#running.ready();
      const problems = Object.values(connections).filter((health) => !health.startsWith('ok'));
      if (problems.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(
      `The connector did not connect: ${JSON.stringify((await this.#running.ready()).connections)}`,
    );
  }

  /** The connector's routes are asked for at each request, so it may be made later. */
  async #listen(port: number): Promise<void> {
    const [{ startHttpServer }, { tokenVerifier }] = await Promise.all([
      import('../http/server.js'),
      import('../http/tokens.js'),
    ]);
    const record = {
      ...{ hash: hash('sha256', this.token), name: 'test', role: 'admin' as const },
      ...{ tenant: 'default', createdAt: Date.now() },
    };
    this.#server = await startHttpServer({
      config: { host: '127.0.0.1', port },
      connectors: () => this.#carrier?.connectors() ?? [],
      tokens: tokenVerifier({ list: async () => [record] }),
      ready: () => this.#running.ready(),
      metrics: () => this.#running.metrics(),
      operations: { call: (...what) => this.#running.operations!.call(...what) },
      log: { error() {}, warn() {} },
    });
    this.#url = this.#server.url;
  }
}
