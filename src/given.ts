/** What people set, before anybody knows what it means: the environment, and `carrier.config.json`. */
import { readFileSync } from 'node:fs';
import { FatalError } from './errors.js';

/** `env:NAME`, `file:PATH` or `secret:NAME`: where a secret is. */
export const secretReference = /^(env|file|secret):(\S.*)$/;

export class Given {
  readonly #env: Readonly<Record<string, string>>;
  readonly #file: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly #asked = new Set<string>();

  /** @param file the `settings` of `carrier.config.json`, by the extension's name. */
  constructor(env: Record<string, string | undefined>, file: Record<string, Record<string, unknown>> = {}) {
    const present = Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value]] : []));
    this.#env = Object.fromEntries(present);
    this.#file = file;
  }

  /**
   * A setting of the environment; `NAME_FILE` is the path of a file that holds it.
   * @throws FatalError `config_invalid` when that file cannot be read, or both are set.
   */
  text(name: string): string | undefined {
    this.#asked.add(name);
    const field = `${name}_FILE`;
    const path = Object.hasOwn(this.#env, field) ? this.#env[field] : undefined;
    const plain = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
    if (path === undefined) return plain;
    const refuse = (problem: string) =>
      new FatalError('config_invalid', `Settings that cannot be used: ${field}: ${problem}.`, { field });
    if (plain !== undefined) throw refuse(`${name} is set too; leave one of them out`);
    return readSecret(path, refuse);
  }

  /**
   * A setting may stand for a secret that is kept elsewhere: `env:NAME` leads there, and any other reference to itself.
   * @throws FatalError `config_invalid` as `text` does, and for one that names a setting again.
   */
  whereIs(reference: string): string {
    const [, kind, name = ''] = secretReference.exec(reference) ?? [];
    const said = kind === 'env' ? this.text(name)?.trim() : undefined;
    if (said === undefined || !secretReference.test(said)) return reference;
    if (!said.startsWith('env:')) return said;
    throw new FatalError('config_invalid', `${name} stands for ${said}; name that setting itself`, {
      field: name,
    });
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#env, name) || Object.hasOwn(this.#env, `${name}_FILE`);
  }

  /** What `carrier.config.json` says of an extension. */
  ofExtension(name: string): Readonly<Record<string, unknown>> {
    return (Object.hasOwn(this.#file, name) && this.#file[name]) || {};
  }

  /** Extensions that `carrier.config.json` has settings of. */
  get extensions(): string[] {
    return Object.keys(this.#file);
  }

  /** Names of the environment's settings that begin so and that nobody has asked for. */
  unknown(prefix: string): string[] {
    return Object.keys(this.#env).filter(
      (name) =>
        name.startsWith(prefix) && !this.#asked.has(name) && !this.#asked.has(name.replace(/_FILE$/, '')),
    );
  }

  /** Names of the environment's settings that begin so. */
  names(prefix: string): string[] {
    return Object.keys(this.#env).filter((name) => name.startsWith(prefix));
  }
}

/** A file's text without the end of line that editors leave. */
export function readSecret(path: string, refuse: (problem: string) => FatalError): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw refuse(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (text === '') throw refuse(`${path} is empty`);
  return text;
}
