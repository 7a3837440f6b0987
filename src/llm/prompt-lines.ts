/**
 * The lines of which a prompt is made. What people and pages say stands after `| `, or as a JSON string within a line in
 * brackets; lines in brackets are the hub's. So no text can pass for another speaker, a file or the hub, and who said
 * what can be read back.
 */
import { createHash } from 'node:crypto';
import { harmless } from '../core/harmless.js';
import type { Speaker } from './llm.js';

/** Some of the lines, one thing after the other. */
export class PromptLines {
  readonly #lines: string[] = [];
  /** All that was written, as it came. */
  readonly #raw: string[] = [];
  #changed = false;

  /** A line of the hub's own. Words that are false are left out. */
  head(...words: (string | false | undefined)[]): this {
    this.#lines.push(`[${words.filter(Boolean).join(', ')}]`);
    return this;
  }

  /** Somebody's words. */
  body(text: string): this {
    if (text !== '')
      for (const line of this.#clean(text).split('\n')) this.#lines.push(line === '' ? '|' : `| ${line}`);
    return this;
  }

  /** Somebody's words within a line of the hub's. */
  quoted(text: string): string {
    return JSON.stringify(this.#clean(text));
  }

  /** A person: the number says who it is, the name is what they call themselves. */
  person({ id, name }: Speaker, people: People): string {
    const { number, first } = people.of(id);
    const words = [`p${number}`, name !== undefined && this.quoted(name)];
    if (first && id !== name) words.push(`(id ${this.quoted(id)})`);
    return words.filter(Boolean).join(' ');
  }

  toString(): string {
    return [...this.#lines, ...(this.#changed ? [cleaned(this.#raw)] : [])].join('\n');
  }

  #clean(text: string): string {
    const clean = harmless(text);
    this.#raw.push(text);
    this.#changed ||= clean !== text;
    return clean;
  }
}

/** Says that invisible characters were taken out of some texts, by a hash, so that no two are written alike. */
export function cleaned(raw: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(raw)).digest('hex').slice(0, 16);
  return `[without invisible characters: ${hash}]`;
}

/** The people of one prompt, numbered as they come. */
export class People {
  readonly #numbers = new Map<string, number>();

  of(id: string): { number: number; first: boolean } {
    const known = this.#numbers.get(id);
    const number = known ?? this.#numbers.size + 1;
    this.#numbers.set(id, number);
    return { number, first: known === undefined };
  }
}

/** A moment, exactly. */
export function moment(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().replace(/\.000Z$/, 'Z');
}
