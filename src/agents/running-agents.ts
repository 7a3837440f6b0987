/** All running agents: each has its connectors started, changed and stopped as its definition and its secrets change. */
import type { Connector } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { ConnectorState } from '../core/connector-state.js';
import { atMost } from '../core/deadline.js';
import type { CarrierError } from '../errors.js';
import type { Bots } from './bots.js';
import type { CharacterChange } from './characters.js';
import type { Problem } from './problem.js';
import { RunningAgent, type Stage } from './running-agent.js';

export interface RunningAgentsParts extends Stage {
  characters: {
    get(id: string): Agent | undefined;
    list(): Agent[];
    onChange(listener: (change: CharacterChange) => void): () => void;
  };
  /** Connectors of an agent, or of the whole hub. */
  bots(agent: Agent | null): Promise<Bots>;
  /** What is wrong with an agent, or with what the whole hub shares. */
  check(agent: Agent | null, bots: Bots): Promise<Problem[]>;
  /** An agent's definition is new or another one. */
  changed(): void;
  /** Between looks for what changes without a word, such as a file with a secret, in ms. */
  lookMs?: number;
  /** How long the hub's start waits for connectors, in ms. */
  startMs?: number;
}

/** After the hub began to start. */
const firstCheckMs = 200;

/** What the whole hub shares has no agent. */
type Id = Agent['id'] | null;

export class RunningAgents {
  readonly #parts: RunningAgentsParts;
  readonly #agents = new Map<Id, RunningAgent>();
  readonly #found = new Map<Id, Problem[]>();
  /** As they were last logged. */
  readonly #told = new Map<string, Problem>();
  readonly #checks = new Map<Id, number>();
  #end = () => {};
  #started = false;
  #stopped = false;

  constructor(parts: RunningAgentsParts) {
    this.#parts = parts;
  }

  get connectors(): Connector[] {
    return [...this.#agents.values()].flatMap(({ connectors }) => connectors);
  }

  /** In this process. */
  states(): ConnectorState[] {
    const shared = this.#shared();
    return [...this.#agents.values()]
      .flatMap(({ states }) => states)
      .map((state) => {
        const own = shared.filter(
          (one) => one.agentId === state.agentId && one.connector === state.connector,
        );
        const said = own.map(({ field, message }) => ({ field, message }));
        return { ...state, missing: [...state.missing, ...said] };
      });
  }

  /** The one of this name that serves the agent. */
  connector(name: string, agentId: string): Connector | undefined {
    const named = (of: Id, owner: string | undefined) =>
      this.#agents.get(of)?.connectors.find((one) => one.name === name && one.agentId === owner);
    return (
      named(agentId, agentId) ?? named(null, agentId) ?? named(agentId, undefined) ?? named(null, undefined)
    );
  }

  problems(): Problem[] {
    const own = [...this.#agents].flatMap(([id, { problems }]) => [
      ...(this.#found.get(id) ?? []),
      ...problems,
    ]);
    return [...own, ...this.#shared()];
  }

  /** A platform hands each message out once: of two agents with one account, one hears nothing. */
  #shared(): Problem[] {
    const holders = new Map<string, Id>();
    return [...this.#agents].flatMap(([agentId, { connectors }]) =>
      connectors.flatMap(({ name: connector, connection }): Problem[] => {
        if (!connection) return [];
        const first = holders.get(connection.id);
        if (first === undefined) holders.set(connection.id, agentId);
        const message = `agent ${first} has the same account there, and gets what is written to it; give each its own`;
        return first === undefined
          ? []
          : [{ agentId, connector, field: `connectors.${connector}.token`, message }];
      }),
    );
  }

  /** The platform takes nothing from this connector until its settings change. */
  refuse(connector: Connector, error: CarrierError): void {
    for (const agent of this.#agents.values()) agent.refuse(connector, error);
  }

  /** Resolves once all connectors run that can, or have been waited for long enough. */
  async start(): Promise<void> {
    const { characters, changed, lookMs = 3000, startMs = 10_000 } = this.#parts;
    const unwatch = characters.onChange(({ id, agent }) => {
      void this.#look(id, true);
      if (agent) changed();
    });
    await atMost(startMs, Promise.all(this.#ids().map((id) => this.#look(id, true))));
    this.#started = true;
    const timer = setInterval(
      () => void Promise.all(this.#ids().map((id) => this.#look(id))),
      lookMs,
    ).unref();
    this.#end = () => {
      unwatch();
      clearInterval(timer);
    };
    if (this.#stopped) this.#end();
  }

  /** Call when a secret or a setting has changed. */
  async refresh(): Promise<void> {
    for (const agent of this.#agents.values()) agent.forgive();
    await Promise.all(this.#ids().map((id) => this.#look(id, true)));
  }

  /** Nothing is received any more; replies can still be sent. */
  async quiet(): Promise<void> {
    this.#stopped = true;
    this.#end();
    await Promise.all([...this.#agents.values()].map((agent) => agent.quiet()));
  }

  /** After `quiet`. */
  async stop(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.stop()));
  }

  #ids(): Id[] {
    return [...new Set([null, ...this.#parts.characters.list().map(({ id }) => id), ...this.#agents.keys()])];
  }

  #agentOf(id: Id): Agent | null | undefined {
    return id === null ? null : this.#parts.characters.get(id);
  }

  /** @param whole also what seldom changes: plugins, models, names. */
  async #look(id: Id, whole = false): Promise<void> {
    if (this.#stopped) return;
    const running =
      this.#agents.get(id) ??
      new RunningAgent(id, this.#parts, async () => {
        const agent = this.#agentOf(id);
        return agent === undefined ? null : this.#parts.bots(agent);
      });
    this.#agents.set(id, running);
    const bots = await running.look().catch(() => null);
    if (!bots) {
      this.#found.delete(id);
      this.#tell();
      return;
    }
    this.#tell();
    if (whole || bots.problems.length > 0 || this.#found.has(id)) this.#checkSoon(id, bots);
  }

  /** Not waited for: a plugin may take its time to load. While the hub starts, what it needs at once comes first. */
  #checkSoon(id: Id, bots: Bots): void {
    if (this.#started) void this.#check(id, bots);
    else setTimeout(() => this.#stopped || void this.#check(id, bots), firstCheckMs).unref();
  }

  async #check(id: Id, bots: Bots): Promise<void> {
    const { check, log } = this.#parts;
    const turn = (this.#checks.get(id) ?? 0) + 1;
    this.#checks.set(id, turn);
    try {
      const agent = this.#agentOf(id);
      const found = agent === undefined ? [] : await check(agent, bots);
      if (this.#stopped || this.#checks.get(id) !== turn) return;
      if (found.length > 0) this.#found.set(id, found);
      else this.#found.delete(id);
      this.#tell();
    } catch (err) {
      log.error({ err, agentId: id }, 'an agent could not be checked');
    }
  }

  /** Each problem once, and that it is gone. */
  #tell(): void {
    const { log } = this.#parts;
    const now = new Map(this.problems().map((problem) => [JSON.stringify(problem), problem]));
    for (const [key, problem] of now) {
      if (this.#told.has(key)) continue;
      const { message, note, ...where } = problem;
      const whose = where.agentId === null ? '' : `agent ${where.agentId}: `;
      log[note ? 'warn' : 'error'](where, `${whose}${where.field}: ${message}`);
      this.#told.set(key, problem);
    }
    const fields = new Set([...now.values()].map(placeOf));
    for (const [key, problem] of this.#told) {
      if (now.has(key)) continue;
      this.#told.delete(key);
      const { agentId, field } = problem;
      // One that is now another problem was told as that.
      if (!fields.has(placeOf(problem))) log.info({ agentId, field }, 'no longer a problem');
    }
  }
}

function placeOf({ agentId, field }: Problem): string {
  return JSON.stringify([agentId, field]);
}
