/**
 * The tool sources of this process: each made once for all agents that name it, anew when a secret of it changes, and
 * closed when nobody names it any more.
 */
import { FatalError } from '../errors.js';
import type { Registry } from '../extensions/registry.js';
import { type Reading, readSettings, type Secrets, settingName, type Value } from '../extensions/settings.js';
import type { Logger } from '../logger.js';
import { suggestion } from '../nearest.js';
import { problemText } from '../problems.js';
import { redact } from '../redaction.js';
import type {
  NamedSourceState,
  RunningSource,
  ToolSourceDesk,
  ToolSourceEntry,
  ToolSourceExtension,
  ToolSourceStates,
} from '../tools/tool-source.js';
import { GuardedSource } from './guarded-source.js';
import { madeToolSource } from './made.js';

export interface ToolSourcesParts {
  /** Those of the hub's settings, by name. */
  named: Readonly<Record<string, Definition>>;
  /** Where paths in the hub's settings start from. */
  folder: string;
  /** Where the hub keeps what it must find again. */
  dataFolder: string;
  registry: Registry;
  secrets: Secrets & { within(prefix: string): Secrets };
  log: Logger;
  /** After one could not be made, in ms; default 10,000. */
  retryMs?: number;
}

type Definition = Record<string, unknown> & { type: string };
type Agent = Parameters<ToolSourceDesk['of']>[0];
type Problem = { field: string; message: string };

/** An agent's tools are there before its first message, if that is not at once. In ms. */
const openMs = 50;

/** What an entry names. */
interface Named {
  key: string;
  name: string;
  definition: Definition;
  /** Where people set it. */
  where: string;
  /** It stands in a character, which may be edited by more people than run the hub. */
  own: boolean;
}

/** One that was made, or is being made. */
interface Held {
  made: Promise<RunningSource & { source: GuardedSource }>;
  /** References that its secrets came from. */
  references: string[];
  /** When it could not be made; by `performance.now()`. */
  failedAt: number | null;
}

export class ToolSources implements ToolSourceDesk, ToolSourceStates {
  readonly #parts: ToolSourcesParts;
  readonly #held = new Map<string, Held>();
  readonly #agents = new Map<string, Agent>();
  readonly #retiring = new Set<Promise<unknown>>();
  #closed = false;

  constructor(parts: ToolSourcesParts) {
    this.#parts = parts;
  }

  async of({ id, character }: Agent): Promise<readonly RunningSource[]> {
    const made = await Promise.all(
      character.toolSources.map(async (entry, at) => {
        const named = this.#named(id, entry, at);
        // What is wrong with it was told when it was tried.
        return 'message' in named ? null : this.#get(id, named).catch(() => null);
      }),
    );
    return made.filter((source) => source !== null);
  }

  /** Of all that it names; what was not made yet is made. */
  async states({ id, character }: Agent): Promise<NamedSourceState[]> {
    return Promise.all(
      character.toolSources.map(async (entry, at) => {
        const named = this.#named(id, entry, at);
        const asNamed = typeof entry === 'string' ? entry : entry.name;
        const unusable = (message: string) => ({ name: asNamed, problem: redact(message), tools: 0 });
        if ('message' in named) return unusable(named.message);
        try {
          const { name, source } = await this.#get(id, named);
          // One that was just made connects while its tools are waited for.
          const { length: tools } = await source.tools();
          return { name, ...source.state?.(), tools };
        } catch (error) {
          return unusable((error as Error).message);
        }
      }),
    );
  }

  /** An agent is here, has changed, or (undefined) is gone. */
  changed(id: string, agent: Agent | undefined): void {
    if (agent) this.#agents.set(id, agent);
    else this.#agents.delete(id);
    const named = new Set([...this.#agents.values()].flatMap((one) => this.#keysOf(one)));
    for (const key of this.#held.keys()) if (!named.has(key)) this.#retire(key);
    if (agent && agent.character.toolSources.length > 0)
      setTimeout(() => this.#agents.get(id) === agent && void this.of(agent), openMs).unref();
  }

  /** A secret has another value: what was made with it is made anew, and what could not be made is tried again. */
  forget(reference: string): void {
    for (const [key, { references, failedAt }] of this.#held)
      if (failedAt !== null || references.includes(reference)) this.#retire(key);
    for (const agent of this.#agents.values()) void this.of(agent);
  }

  /** What is wrong with those an agent names, without making any. */
  async problems({ id, character }: Agent): Promise<Problem[]> {
    const found = await Promise.all(
      character.toolSources.map(async (entry, at) => {
        const named = this.#named(id, entry, at);
        if ('message' in named) return [named];
        const { definition, where } = named;
        const { registry } = this.#parts;
        const extension = registry.get('toolSource', definition.type);
        if (!extension) {
          const known = registry.list('toolSource').map(({ name }) => name);
          const message = `there is no type of tool source "${definition.type}"${suggestion(definition.type, known)}`;
          return [{ field: `${where}.type`, message }];
        }
        // Where the store is away, nothing can be said of its secrets.
        const read = await this.#read(extension, named).catch(() => null);
        return read && 'problems' in read ? read.problems : [];
      }),
    );
    return found.flat();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const made = await Promise.allSettled([...this.#held.values()].map((held) => held.made));
    const closing = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.source.close()] : []));
    await Promise.allSettled([...closing, ...this.#retiring]);
  }

  #keysOf({ id, character }: Agent): string[] {
    const named = character.toolSources.map((entry, at) => this.#named(id, entry, at));
    return named.flatMap((one) => ('key' in one ? one.key : []));
  }

  #named(agentId: string, entry: ToolSourceEntry, at: number): Named | Problem {
    const { named } = this.#parts;
    const field = `toolSources[${at}]`;
    if (typeof entry === 'string') {
      if (Object.hasOwn(named, entry))
        return {
          key: entry,
          name: entry,
          definition: named[entry]!,
          where: `toolSources.${entry}`,
          own: false,
        };
      const message = `the settings have no tool source "${entry}"${suggestion(entry, Object.keys(named))}`;
      return { field, message };
    }
    const { name, ...definition } = entry;
    // What rules say of that of the settings is not said of this one.
    if (Object.hasOwn(named, name) && named[name]!.type === definition.type)
      return {
        field: `${field}.name`,
        message: `the settings have a tool source "${name}"; give it another name`,
      };
    // Another definition of that name, in the same character or later, is another source.
    return { key: JSON.stringify([agentId, entry]), name, definition, where: field, own: true };
  }

  #get(agentId: string, named: Named): Promise<RunningSource> {
    const { key, name, where } = named;
    const { retryMs = 10_000, log } = this.#parts;
    const known = this.#held.get(key);
    if (known && (known.failedAt === null || performance.now() - known.failedAt < retryMs)) return known.made;
    const held: Held = { made: this.#make(named, () => held), references: [], failedAt: null };
    this.#held.set(key, held);
    held.made.catch((err) => {
      held.failedAt = performance.now();
      log.error(
        { err, agentId, toolSource: name, where },
        'a tool source cannot be used; its tools are missing',
      );
    });
    return held.made;
  }

  #retire(key: string): void {
    const held = this.#held.get(key)!;
    this.#held.delete(key);
    const retiring = held.made
      .then(({ source }) => source.retire())
      .catch(() => {})
      .finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  #read(
    extension: ToolSourceExtension,
    { definition, where, own }: Named,
  ): Promise<Reading | { problems: Problem[] }> {
    const { type: _, trusted: __, ...values } = definition;
    const nameOf = (field: string) => `${where}.${field}`;
    const given = Object.entries(values).map(([field, value]): [string, Value] => [
      field,
      { value, name: nameOf(field), text: false },
    ]);
    const { secrets } = this.#parts;
    const allowed = own ? secrets.within(settingName(extension.name, '')) : secrets;
    return readSettings(extension, new Map(given), allowed, nameOf);
  }

  async #make(named: Named, held: () => Held): Promise<RunningSource & { source: GuardedSource }> {
    const { registry, folder, dataFolder, log } = this.#parts;
    const { name, where, definition } = named;
    const { type } = definition;
    const extension = registry.require('toolSource', type, `${where}.type`);
    const read = await this.#read(extension, named);
    if ('problems' in read)
      throw new FatalError('config_invalid', problemText(read.problems), { field: read.problems[0]?.field });
    if (this.#closed) throw new FatalError('internal', 'The hub is stopping.');
    held().references = read.references;
    const trusted = definition.trusted === true;
    const { settings, nameOf } = read;
    const made = await extension.create({
      ...{ name, folder, dataFolder, trusted, settings, nameOf },
      log: log.child({ toolSource: `${type}:${name}` }),
    });
    return { name: `${type}:${name}`, trusted, source: new GuardedSource(madeToolSource(type, made)) };
  }
}
