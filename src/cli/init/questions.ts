/** Asks: by flags first, then the person at the terminal, or by what is usual where nobody is. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as clack from '@clack/prompts';
import type { Finding } from '../../connector/connector.js';
import { FatalError } from '../../errors.js';
import { redact } from '../../redaction.js';
import { harmlessLines } from '../output.js';
import { pasted } from './pasted.js';

/** The person left, by Ctrl-C or Esc. */
export class Cancelled extends Error {}

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

type Validate = (value: string) => string | undefined;

/** Lines that were pasted together come together; this is how long, in ms, the rest of them is waited for and dropped. */
const pasteMs = 100;

export class Questions {
  readonly #flags: Map<string, string>;
  /** Nobody is asked. */
  readonly scripted: boolean;

  /** @param flags by their names without dashes. */
  constructor(flags: ReadonlyMap<string, string>, scripted: boolean) {
    this.#flags = new Map(flags);
    this.scripted = scripted;
  }

  has(flag: string): boolean {
    return this.#flags.has(flag);
  }

  /** Whoever asks again wants another answer than the flag's. */
  forget(...flags: string[]): void {
    for (const flag of flags) this.#flags.delete(flag);
  }

  /** @returns what the flag says as it stands; a flag may say more than the choice. */
  said(flag: string): string | undefined {
    return this.#flags.get(flag);
  }

  async choose(flag: string, message: string, options: Choice[], usual: string): Promise<string> {
    const known = (value: string) =>
      options.some((option) => option.value === value)
        ? undefined
        : `must be one of ${options.map(({ value }) => value).join(', ')}`;
    const said = this.#given(flag, known);
    if (said !== undefined) return said;
    if (this.scripted) return usual;
    return answered(await clack.select({ message, options, initialValue: usual }));
  }

  async chooseSeveral(flag: string, message: string, options: Choice[], usual: string[]): Promise<string[]> {
    const listed = (text: string) => text.split(',').flatMap((one) => one.trim() || []);
    const values = options.map(({ value }) => value);
    const said = this.#given(flag, (text) =>
      text === 'none' || listed(text).every((one) => values.includes(one))
        ? undefined
        : `must be none, or of ${values.join(', ')} with commas`,
    );
    if (said !== undefined) return said === 'none' ? [] : listed(said);
    if (this.scripted) return usual;
    return answered(
      await clack.multiselect({
        message: `${message} (space chooses, enter goes on)`,
        options,
        initialValues: usual,
        required: false,
      }),
    );
  }

  async text(flag: string, message: string, usual: string, wrong: Validate): Promise<string> {
    const said = this.#given(flag, (value) => wrong(value.trim()));
    if (said !== undefined) return said.trim();
    if (this.scripted) {
      const problem = wrong(usual);
      if (problem) throw new FatalError('invalid_field', `--${flag}: ${problem}.`, { field: flag });
      return usual;
    }
    const initial = usual === '' ? {} : { initialValue: usual };
    const typed = await clack.text({ message, ...initial, validate: (value = '') => wrong(value.trim()) });
    return answered(typed).trim();
  }

  /** A secret: from the file that the flag names, or typed unseen. Null: none was given, where none is needed. */
  async secret(
    setting: string,
    message: string,
    needed = true,
    flag = secretFlag(setting),
  ): Promise<string | null> {
    const path = this.#flags.get(flag);
    if (path !== undefined) return pasted(setting, read(path, flag));
    if (this.scripted) {
      if (!needed) return null;
      const fix = `--${flag} FILE, or ${setting} in the environment`;
      throw new FatalError('invalid_field', `${setting} is not set: give ${fix}.`, { field: setting });
    }
    let kept = '';
    const validate = async (value = '') => {
      // Asked meanwhile, the terminal would take the rest of a paste for the next answer.
      await pause(pasteMs);
      if (value.trim() === '') return needed ? 'It is empty.' : undefined;
      try {
        kept = pasted(setting, value);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    };
    answered(await clack.password({ message, validate, clearOnError: true }));
    return kept === '' ? null : kept;
  }

  /** @param markdown its marks are not shown. */
  note(title: string, markdown: string): void {
    const text = markdown.replaceAll('**', '');
    if (this.scripted) process.stdout.write(`${title}\n${text.replace(/^/gm, '  ')}\n`);
    else clack.note(text, title, { format: (line) => line });
  }

  tell(text: string): void {
    clack.log.step(text);
  }

  /**
   * Does what takes a while. Keys that are pressed meanwhile are nobody's: the terminal would show them, the rest of a
   * pasted secret say. @throws Cancelled by Ctrl-C.
   */
  async while<T>(text: string, work: () => Promise<T>): Promise<T> {
    this.tell(text);
    if (this.scripted) return work();
    const { stdin } = process;
    let leave = (_: Error) => {};
    const left = new Promise<never>((_, reject) => (leave = reject));
    const pressed = (keys: Buffer | string) => {
      if (keys.includes('\x03')) leave(new Cancelled());
    };
    stdin.setRawMode(true);
    stdin.on('data', pressed);
    stdin.resume();
    try {
      return await Promise.race([work(), left]);
    } finally {
      stdin.off('data', pressed);
      stdin.setRawMode(false);
      stdin.pause();
    }
  }

  warn(text: string): void {
    clack.log.warn(text);
  }

  /** What was looked at. @returns whether all is well. */
  show(findings: readonly Finding[]): boolean {
    for (const { check, ok, fix } of findings) {
      // What platforms say may quote what they were given.
      const text = harmlessLines(redact(fix ? `${check}\n${fix}` : check));
      if (ok) clack.log.success(text);
      else clack.log.error(text);
    }
    return findings.every(({ ok }) => ok);
  }

  #given(flag: string, wrong: Validate): string | undefined {
    const said = this.#flags.get(flag);
    if (said === undefined) return undefined;
    const problem = wrong(said);
    if (problem === undefined) return said;
    if (this.scripted) throw new FatalError('invalid_field', `--${flag}: ${problem}.`, { field: flag });
    clack.log.error(`--${flag}: ${problem}.`);
    this.#flags.delete(flag);
    return undefined;
  }
}

export function secretFlag(setting: string): string {
  return `${plainFlag(setting)}-file`;
}

export function plainFlag(setting: string): string {
  return setting.toLowerCase().replaceAll('_', '-');
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (clack.isCancel(answer)) throw new Cancelled();
  return answer as Exclude<T, symbol>;
}

function read(path: string, flag: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FatalError('invalid_field', `--${flag}: ${path} cannot be read (${code}).`, {
      field: flag,
      cause,
    });
  }
}
