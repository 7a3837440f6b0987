/**
 * The agents that there are, by character files and by definitions in the store. Of two with one id the file counts, unless
 * the definition says that it takes its place.
 */
import type { Agent } from '../core/character.js';
import type { Definition } from '../definitions/definition.js';
import type { KnownDefinition } from '../definitions/definitions.js';
import type { Logger } from '../logger.js';
import type { CharacterChange, Characters } from './characters.js';
import { type Problem, problemOfFile } from './problem.js';

/** Where definitions in the store come from. */
interface Stored {
  get(id: string): KnownDefinition | null;
  list(): KnownDefinition[];
  onChange(listener: (id: string) => void): void;
}

export class AgentSource {
  readonly #files: Characters;
  readonly #stored: Stored;
  readonly #log: Logger;
  readonly #listeners = new Set<(change: CharacterChange) => void>();
  /** As listeners know them. */
  readonly #told = new Map<string, Agent>();

  constructor(files: Characters, stored: Stored, log: Logger) {
    this.#files = files;
    this.#stored = stored;
    this.#log = log;
    for (const agent of this.list()) this.#told.set(agent.id, agent);
    files.onChange(({ id }) => this.#changed(id));
    stored.onChange((id) => this.#changed(id));
  }

  get(id: string): Agent | undefined {
    return this.isStored(id) ? (this.#stored.get(id)!.agent ?? undefined) : this.#files.get(id);
  }

  /** What the character file in force says, word for word. */
  writtenInFile(id: string): Definition | undefined {
    return this.#files.written(id);
  }

  /** Whether a definition in the store says what it is. */
  isStored(id: string): boolean {
    const stored = this.#stored.get(id);
    return stored !== null && counts(stored, this.#files);
  }

  /** By id. */
  list(): Agent[] {
    const ids = new Set([...this.#files.list(), ...this.#stored.list()].map(({ id }) => id));
    return [...ids].sort().flatMap((id) => this.get(id) ?? []);
  }

  /** What is wrong with files and definitions as they are now. */
  problems(): Problem[] {
    return [
      ...this.#files.problems().map(problemOfFile),
      ...this.#stored.list().flatMap((one) => problemsOfStored(one, this.#files)),
    ];
  }

  /** Returns what ends it. */
  onChange(listener: (change: CharacterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The agents stay as they are. */
  close(): void {
    this.#files.close();
    this.#listeners.clear();
  }

  #changed(id: string): void {
    const agent = this.get(id);
    if (this.#told.get(id) === agent) return;
    if (agent) this.#told.set(id, agent);
    else this.#told.delete(id);
    for (const listener of this.#listeners) {
      try {
        listener({ id, agent });
      } catch (err) {
        this.#log.error({ err, agentId: id }, 'a listener for changes of agents failed');
      }
    }
  }
}

/** A file that is broken is there all the same: nothing else takes its place unasked. */
function counts({ id, overridesFile }: KnownDefinition, files: Pick<Characters, 'has'>): boolean {
  return overridesFile || !files.has(id);
}

function problemsOfStored(known: KnownDefinition, files: Pick<Characters, 'has'>): Problem[] {
  const { id: agentId, version, overridesFile, agent, problem } = known;
  const where = `the definition in the store, version ${version}`;
  const found: Problem[] = [];
  if (problem) {
    const kept = agent ? '; the last good definition stays in force' : '';
    found.push({
      ...{ agentId, field: problem.field ?? 'definition' },
      message: `${where}: ${problem.message}${kept}`,
    });
  }
  if (!files.has(agentId)) return found;
  const clash = { agentId, field: 'overridesFile' };
  if (overridesFile)
    found.push({
      ...clash,
      message: `${where}, takes the place of the character file of this id`,
      note: true,
    });
  else
    found.push({
      ...clash,
      message: `${where}, is not used: there is a character file of this id, which counts. Take the file away, or say that the definition takes its place: carrier agents change ${agentId} --overrides-file true`,
    });
  return found;
}
