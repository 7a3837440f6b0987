/** A folder of character files, watched, so that an edit takes effect without a restart. */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Agent, AgentId, reservedIds } from '../core/character.js';
import type { Definition } from '../definitions/definition.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { sentence } from '../problems.js';
import { type CharacterProblem, readCharacter, suggestedId } from './character-file.js';

export type { CharacterProblem } from './character-file.js';

export interface CharacterChange {
  id: string;
  /** Undefined: it is gone. */
  agent: Agent | undefined;
}

export interface WatchOptions {
  /** Told once of every new problem, besides the log. */
  problem?: (problem: CharacterProblem) => void;
  /** How long a folder must be quiet after a change; editors write in several steps. */
  debounceMs?: number;
  /** The safety net: network and container file systems lose change events. */
  pollMs?: number;
}

const maxBytes = 1024 * 1024;

/** One file as it was last seen. */
interface Seen {
  /** Size, time and inode; equal means not read again. */
  stamp: string;
  /** Null when it could not be read at all. */
  text: string | null;
  problem: CharacterProblem | null;
}

export class Characters {
  #folder: string;
  #log: Logger;
  #options: Required<WatchOptions>;
  #agents = new Map<string, Agent>();
  #written = new Map<string, Definition>();
  #seen = new Map<string, Seen>();
  #folderProblem: CharacterProblem | null = null;
  #listeners = new Set<(change: CharacterChange) => void>();
  #watcher: FSWatcher | undefined;
  #watched = '';
  #timer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #scans = Promise.resolve();
  #closed = false;

  private constructor(folder: string, log: Logger, options: WatchOptions) {
    this.#folder = folder;
    this.#log = log;
    this.#options = { problem: () => {}, debounceMs: 100, pollMs: 5000, ...options };
  }

  /**
   * Reads the folder and goes on watching it. A broken file is reported and does not stop the others.
   * @throws FatalError `config_invalid` when there is no such folder, or it cannot be read.
   */
  static async open(folder: string, log: Logger, options: WatchOptions = {}): Promise<Characters> {
    await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
      throw new FatalError('config_invalid', unreadable(folder, cause.code), {
        field: 'CARRIER_CHARACTERS_DIR',
        cause,
      });
    });
    const characters = new Characters(folder, log, options);
    await characters.#rescan(true);
    characters.#poll = setInterval(() => void characters.#rescan(false), characters.#options.pollMs).unref();
    return characters;
  }

  /**
   * Characters that a program brings; there is no folder to watch.
   * @throws FatalError `config_invalid`, naming the field.
   */
  static given(definitions: Record<string, unknown>, log: Logger): Characters {
    const characters = new Characters('', log, {});
    for (const [id, definition] of Object.entries(definitions)) {
      const refuse = (message: string, field: string | null) =>
        new FatalError('config_invalid', sentence(`characters.${id}: ${message}`), {
          field: ['characters', id, ...(field ? [field] : [])].join('.'),
        });
      if (!AgentId.safeParse(id).success)
        throw refuse(`"${id}" cannot be an agent's id; try "${suggestedId(id)}"`, null);
      if (reservedIds.has(id))
        throw refuse(
          `"${id}" cannot be an agent's id: the hub has routes of that name; try "${id}-agent"`,
          null,
        );
      const read = readCharacter(JSON.stringify(definition) ?? '');
      if ('problem' in read) throw refuse(read.problem.message, read.problem.field);
      characters.#put(id, { id, character: read.character }, read.written);
    }
    return characters;
  }

  get(id: string): Agent | undefined {
    return this.#agents.get(id);
  }

  /** The definition in force as it was written, without the defaults. */
  written(id: string): Definition | undefined {
    return this.#written.get(id);
  }

  /** Whether there is a file of this id, be it a good one or not. */
  has(id: string): boolean {
    return this.#agents.has(id) || this.#seen.has(`${id}.json`);
  }

  /** By id. */
  list(): Agent[] {
    return [...this.#agents.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** What is wrong with the files as they are now. */
  problems(): CharacterProblem[] {
    const ofFiles = [...this.#seen.values()].map(({ problem }) => problem);
    return [this.#folderProblem, ...ofFiles].filter((problem) => problem !== null);
  }

  /** Returns what ends it. */
  onChange(listener: (change: CharacterChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The agents stay as they are. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    this.#listeners.clear();
  }

  /** A folder that was deleted and made anew is another one; the old watcher would wait forever. */
  async #watch(): Promise<void> {
    const found = await stat(this.#folder).catch(() => null);
    const identity = found ? `${found.dev}:${found.ino}` : '';
    if (this.#closed || identity === this.#watched) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = identity;
    if (!found) return;
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#changed());
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watched = '';
      });
    } catch (err) {
      this.#log.warn({ err }, 'the characters folder cannot be watched; changes are seen by polling');
    }
  }

  #changed(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#rescan(true), this.#options.debounceMs).unref();
  }

  /** One after another: two scans at once could put an older reading in force. */
  #rescan(everything: boolean): Promise<void> {
    this.#scans = this.#scans
      .then(async () => {
        await this.#watch();
        await this.#scan(everything);
      })
      .catch((err) => this.#log.error({ err }, 'the characters folder could not be read'));
    return this.#scans;
  }

  /** @param everything also files whose size and time are as before: a quick edit may leave both alike. */
  async #scan(everything: boolean): Promise<void> {
    const files = await this.#files();
    if (!files || this.#closed) return;
    for (const file of [...this.#seen.keys()]) if (!files.includes(file)) this.#remove(file);
    for (const file of files) await this.#take(file, everything);
  }

  /** Null when the folder itself cannot be read: then everything stays as it is. */
  async #files(): Promise<string[] | null> {
    try {
      const names = await readdir(this.#folder);
      this.#folderProblem = null;
      return names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
    } catch (error) {
      if (this.#closed) return null;
      const message = `the folder cannot be read (${(error as NodeJS.ErrnoException).code}); its agents go on as they were`;
      const problem = { path: this.#folder, id: null, field: null, message, inForce: true };
      if (this.#folderProblem?.message !== message) this.#report(problem);
      this.#folderProblem = problem;
      return null;
    }
  }

  async #take(file: string, everything: boolean): Promise<void> {
    const path = join(this.#folder, file);
    const before = this.#seen.get(file);
    const found = await stat(path).catch(() => null);
    if (this.#closed) return;
    if (!found) return this.#remove(file);
    const stamp = `${found.size}:${found.mtimeMs}:${found.ino}`;
    if (!everything && before?.stamp === stamp) return;
    const id = file.slice(0, -'.json'.length);
    const fail = (message: string) => this.#refuse(file, { stamp, text: null }, { message, field: null });
    if (!found.isFile()) return fail('is not a file');
    if (!AgentId.safeParse(id).success)
      return fail(
        `"${id}" cannot be an agent's id; name the file with a-z, 0-9, "-" and "_", e.g. ${suggestedId(id)}.json`,
      );
    if (reservedIds.has(id))
      return fail(
        `"${id}" cannot be an agent's id: the hub has routes of that name; name the file otherwise, e.g. ${id}-agent.json`,
      );
    if (found.size > maxBytes)
      return fail(`is larger than 1 MB (${found.size} bytes); a character is a short text`);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (this.#closed) return;
      return fail(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    if (this.#closed) return;
    if (before?.text === text) return void this.#seen.set(file, { ...before, stamp });
    const read = readCharacter(text);
    if ('problem' in read) return this.#refuse(file, { stamp, text }, read.problem);
    this.#seen.set(file, { stamp, text, problem: null });
    this.#put(id, { id, character: read.character }, read.written);
  }

  #refuse(
    file: string,
    seen: Pick<Seen, 'stamp' | 'text'>,
    what: { message: string; field: string | null },
  ): void {
    const id = file.slice(0, -'.json'.length);
    const known = this.#agents.has(id);
    const problem = { ...what, path: join(this.#folder, file), id, inForce: known };
    const same = this.#seen.get(file)?.problem?.message === what.message;
    this.#seen.set(file, { ...seen, problem });
    if (!same) this.#report(problem);
  }

  #report(problem: CharacterProblem): void {
    const { path, id, field, message, inForce } = problem;
    const kept = inForce ? '; the last good definition stays in force' : '';
    this.#log.error({ path, agentId: id, field }, `character file ${path}: ${message}${kept}`);
    this.#options.problem(problem);
  }

  #put(id: string, agent: Agent, written: Definition): void {
    const isNew = !this.#agents.has(id);
    this.#written.set(id, written);
    this.#agents.set(id, agent);
    this.#log.info({ agentId: id }, isNew ? 'agent loaded' : 'agent changed');
    this.#tell({ id, agent });
  }

  #remove(file: string): void {
    const id = file.slice(0, -'.json'.length);
    this.#seen.delete(file);
    this.#written.delete(id);
    if (!this.#agents.delete(id)) return;
    this.#log.info({ agentId: id }, 'agent removed: its file is gone');
    this.#tell({ id, agent: undefined });
  }

  #tell(change: CharacterChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (err) {
        this.#log.error({ err }, 'a listener for character changes failed');
      }
    }
  }
}

function unreadable(folder: string, code = ''): string {
  const another = 'set CARRIER_CHARACTERS_DIR to the folder of your character files';
  if (code === 'ENOENT') return `There is no folder ${folder}. "carrier init" makes one, or ${another}.`;
  if (code === 'ENOTDIR')
    return `${folder} is a file where a folder of characters should be. Move it, or ${another}.`;
  return `The folder ${folder} cannot be read by this user (${code}). Make it readable, or ${another}.`;
}
