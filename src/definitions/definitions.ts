/** The definitions in the store, as this process knows them: the same in every process of the hub within a second. */
import { freshMs } from '../access/freshness.js';
import type { EventBus } from '../bus/bus.js';
import type { Agent } from '../core/character.js';
import { type AgentEvent, agentTopic } from '../core/events.js';
import { newId } from '../core/ids.js';
import type { Reach } from '../core/reach.js';
import type { Logger } from '../logger.js';
import type { NoteStore } from '../store/note-store.js';
import { all } from '../store/paging.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { RecordStore } from '../store/record-store.js';
import {
  activeOf,
  changeNote,
  characterOf,
  type DefinitionProblem,
  definitionRecord,
  type StoredDefinition,
} from './definition.js';
import { outOfReach } from './reach.js';

/** They are read anew after this long, though no change was told: who wrote one may have died before it was. */
const relistMs = 30_000;

export interface DefinitionsParts {
  records: RecordStore;
  notes: NoteStore;
  bus: EventBus;
  /** No other process changes them. */
  alone: boolean;
  may: ReadonlySet<Reach>;
  log: Logger;
}

/** One that was not removed. */
export interface KnownDefinition {
  id: string;
  version: number;
  overridesFile: boolean;
  /** The last that could be used here; null: there was none. The same object until it changes. */
  agent: Agent | null;
  /** Why the version that counts cannot be used here. */
  problem: DefinitionProblem | null;
}

interface Seen {
  /** Of the record. */
  record: number;
  at: number;
  known: KnownDefinition | null;
}

export class Definitions {
  readonly #parts: DefinitionsParts;
  readonly #records: TypedRecords<StoredDefinition>;
  readonly #seen = new Map<string, Seen>();
  readonly #listeners = new Set<(id: string) => void>();
  #change: string | null = null;
  #listedAt = Number.NEGATIVE_INFINITY;
  #looks: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #failing = false;
  #stopped = false;
  #unsubscribe: Promise<() => void> | null = null;

  constructor(parts: DefinitionsParts) {
    this.#parts = parts;
    this.#records = definitionRecord.in(parts.records, parts.log);
  }

  /** Resolves when they were read; where the store cannot be read it is asked again. */
  async start(): Promise<void> {
    const { bus, alone, log } = this.#parts;
    if (!alone) {
      this.#unsubscribe = bus.subscribe<AgentEvent>(agentTopic, () => void this.#look(true));
      await this.#unsubscribe.catch((err) => log.warn({ err }, 'changes of agents are seen a little later'));
    }
    await this.#look(true);
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    void this.#unsubscribe?.then((end) => end()).catch(() => {});
  }

  get(id: string): KnownDefinition | null {
    return this.#seen.get(id)?.known ?? null;
  }

  list(): KnownDefinition[] {
    return [...this.#seen.values()].flatMap(({ known }) => known ?? []);
  }

  /** Told after every change of one. */
  onChange(listener: (id: string) => void): void {
    this.#listeners.add(listener);
  }

  /** As the store has it now, removed ones too; null: there never was one. */
  read(id: string): Promise<Versioned<StoredDefinition> | null> {
    return this.#records.get(id);
  }

  /** How many lie in the store, removed ones too. */
  async count(): Promise<number> {
    await this.#look(true);
    return this.#seen.size;
  }

  /** As `RecordStore.put`; where it succeeds it is known here when this resolves. */
  async put(id: string, value: StoredDefinition, version: number): Promise<boolean> {
    const { notes, bus, log } = this.#parts;
    if (!(await this.#records.put(id, value, version))) return false;
    await changeNote
      .in(notes, log)
      .put('change', newId())
      .catch((err) => log.warn({ err, agentId: id }, 'other processes see a change of an agent later'));
    bus.publish(agentTopic, { type: 'agents.changed' });
    await this.#look(true);
    return true;
  }

  #next(): void {
    clearTimeout(this.#timer);
    // Nobody else writes to an embedded store.
    if (this.#stopped || (this.#parts.alone && !this.#failing)) return;
    this.#timer = setTimeout(() => void this.#look(false).then(() => this.#next()), freshMs).unref();
  }

  /** One after another, and never fails. @param whole whether or not a change was told */
  #look(whole: boolean): Promise<void> {
    this.#looks = this.#looks.then(async () => {
      if (this.#stopped) return;
      try {
        await this.#read(whole);
        this.#failing = false;
      } catch (err) {
        if (!this.#failing)
          this.#parts.log.warn({ err }, 'definitions of agents cannot be looked at now; those known count');
        this.#failing = true;
        this.#next();
      }
    });
    return this.#looks;
  }

  async #read(whole: boolean): Promise<void> {
    const { notes, log } = this.#parts;
    const askedAt = performance.now();
    // Before the list: what changes in between is another value next time.
    const change = await changeNote.in(notes, log).get('change');
    if (!whole && change === this.#change && askedAt - this.#listedAt < relistMs) return;
    const found = await all((page) => this.#records.list(page));
    [this.#change, this.#listedAt] = [change, askedAt];
    const gone = [...this.#seen.keys()].filter((id) => !found.some((one) => one.id === id));
    for (const id of gone) this.#seen.delete(id);
    const changed = found.filter((one) => this.#take(one)).map(({ id }) => id);
    for (const id of [...gone, ...changed]) this.#tell(id);
  }

  /** Whether it is another than before. */
  #take({ id, version: record, value }: Versioned<StoredDefinition>): boolean {
    const { at } = activeOf(value);
    const before = this.#seen.get(id);
    if (before?.record === record && before.at === at) return false;
    const known = knownOf(id, value, this.#parts.may, before?.known?.agent ?? null);
    this.#seen.set(id, { record, at, known });
    return true;
  }

  #tell(id: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(id);
      } catch (err) {
        this.#parts.log.error({ err, agentId: id }, 'a listener for changes of agents failed');
      }
    }
  }
}

/** @param last what was used before; null: nothing. Null for one that was removed. */
export function knownOf(
  id: string,
  stored: StoredDefinition,
  may: ReadonlySet<Reach>,
  last: Agent | null = null,
): KnownDefinition | null {
  if (stored.deleted) return null;
  const { number: version, definition } = activeOf(stored);
  const read = characterOf(definition);
  const problem = 'problem' in read ? read.problem : outOfReach(read.character, may);
  const agent = 'character' in read && !problem ? { id, character: read.character } : last;
  return { id, version, overridesFile: stored.overridesFile, agent, problem };
}
