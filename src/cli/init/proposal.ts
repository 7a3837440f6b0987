/** What would be written: settings, fields of `carrier.config.json`, and an agent. Nothing is, before it is whole. */

import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { type Config, readConfig } from '../../config.js';
import { readConfigDefinition } from '../../config-file.js';
import type { Agent } from '../../core/character.js';
import { jsonFault } from '../../core/json-fault.js';
import { FatalError } from '../../errors.js';
import { includedCharacters } from '../../package-folder.js';
import { characterIn } from '../../setting-up.js';
import { readEnvironmentFile, settingsIn } from '../environment-file.js';
import { withSettings } from './env-file.js';
import { type Written, writeFiles } from './write-files.js';

type Environment = Record<string, string | undefined>;
type Edit = [path: string[], value: unknown];

export class Proposal {
  /** Settings of `.env` that change; an empty one is taken out. */
  readonly settings: Record<string, string> = {};
  readonly #configEdits: Edit[] = [];
  readonly #characterEdits: Edit[] = [];
  readonly #env: Environment;
  readonly #file: Record<string, string>;
  agentId = '';
  /** Of an agent that is not there yet. */
  template: string | null = null;

  /** @param env the real environment, and what flags of the hub say. */
  constructor(env: Environment) {
    this.#env = env;
    const bytes = readEnvironmentFile();
    this.#file = bytes ? settingsIn(bytes) : {};
  }

  /** Its value as the hub would see it; undefined: it has none. */
  value(name: string): string | undefined {
    return (this.settings[name] ?? this.#env[name] ?? this.#file[name])?.trim() || undefined;
  }

  isSet(name: string): boolean {
    return this.value(name) !== undefined || this.value(`${name}_FILE`) !== undefined;
  }

  /** In the real environment, which wins over `.env`. */
  isOutside(name: string): boolean {
    return Boolean(this.#env[name]?.trim());
  }

  /** What the real environment has of it. */
  outside(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined;
  }

  set(name: string, value: string): void {
    this.settings[name] = value;
    if (value !== '' && this.#file[`${name}_FILE`]) this.settings[`${name}_FILE`] = '';
  }

  unset(...names: string[]): void {
    for (const name of names) delete this.settings[name];
  }

  setConfig(path: string[], value: unknown): void {
    this.#configEdits.push([path, value]);
  }

  setCharacter(path: string[], value: unknown): void {
    this.#characterEdits.push([path, value]);
  }

  dropConfig(): void {
    this.#configEdits.length = 0;
  }

  /** As the hub would have it. @throws FatalError `config_invalid`. */
  config(): Config {
    const path = this.#configPath();
    const text = this.#configText();
    const definition = text === null ? {} : parsed(text, path);
    return readConfig(
      { ...this.environment(), CARRIER_CONFIG: undefined },
      readConfigDefinition(definition, path),
    );
  }

  environment(): Environment {
    return { ...this.#file, ...this.#env, ...this.settings };
  }

  /** Null: there is none. */
  get configPath(): string | null {
    const path = this.#configPath();
    return existsSync(path) ? path : null;
  }

  /** Of one's own; the included ones are copied first. */
  get charactersDir(): string {
    const { charactersDir } = this.config();
    return charactersDir === includedCharacters ? resolve('characters') : charactersDir;
  }

  characterPath(id = this.agentId): string {
    return join(this.charactersDir, `${id}.json`);
  }

  agent(): Agent {
    const file = relative('.', this.characterPath());
    return { id: this.agentId, character: characterIn(this.#characterText(), file) };
  }

  /** Everything or nothing. @returns the files, by what was done to them. */
  write(): { path: string; made: boolean; settings?: string[] }[] {
    const files: (Written & { settings?: string[] })[] = [];
    const character = this.characterPath();
    if (this.agentId && (this.template !== null || this.#characterEdits.length > 0))
      files.push({ path: character, bytes: this.#characterText() });
    const config = this.#configText();
    if (this.#configEdits.length > 0 && config !== null)
      files.push({ path: this.#configPath(), bytes: config });
    const names = Object.keys(this.settings);
    if (names.length > 0)
      files.push({
        path: resolve('.env'),
        bytes: withSettings(readEnvironmentFile(), this.settings),
        ...{ secret: true, settings: names },
      });
    const changed = files.filter(({ path, bytes }) => !same(path, bytes));
    const told = changed.map(({ path, settings }) => ({
      path: relative('.', path),
      made: !existsSync(path),
      ...(settings && { settings }),
    }));
    writeFiles(changed);
    return told;
  }

  #configPath(): string {
    return resolve(this.value('CARRIER_CONFIG') ?? './carrier.config.json');
  }

  /** Null: there is none, and none is needed. */
  #configText(): string | null {
    const path = this.#configPath();
    const text = existsSync(path) ? readFileSync(path, 'utf8') : null;
    return this.#configEdits.length === 0 ? text : edited(text ?? '{}\n', this.#configEdits);
  }

  #characterText(): string {
    const path = this.characterPath();
    const text = existsSync(path) ? readFileSync(path, 'utf8') : (this.template ?? '{}\n');
    return edited(text, this.#characterEdits);
  }
}

function same(path: string, bytes: Buffer | string): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(bytes as string));
}

/** Only these fields change; what people wrote around them stays as they wrote it. */
function edited(text: string, edits: readonly Edit[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const formattingOptions = { eol, insertSpaces: !indent.startsWith('\t'), tabSize: indent.length };
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return (
    mark +
    edits.reduce(
      (now, [path, value]) => applyEdits(now, modify(now, path, value, { formattingOptions })),
      text.slice(mark.length),
    )
  );
}

function parsed(text: string, path: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw new FatalError('config_invalid', `${path} is not JSON: ${jsonFault(plain, error as SyntaxError)}`, {
      field: 'CARRIER_CONFIG',
    });
  }
}
