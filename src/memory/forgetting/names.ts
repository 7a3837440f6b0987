/** Takes what somebody is called out of what others said: their names as people read them, and their ids. */
import type { Memory } from '../../core/memory.js';
import type { MoreEdited } from '../../store/history.js';
import { forgottenText } from './forgotten-words.js';

/** Shorter ones are words of their own, unless they are written with an `@`. */
const leastName = 3;
const leastId = 5;

export interface Called {
  names: readonly string[];
  ids: readonly string[];
}

export class Names {
  readonly #names: ReadonlySet<string>;
  readonly #pattern: RegExp | null;

  /** @param others names that somebody else has, too: they stay */
  constructor({ names, ids }: Called, others: ReadonlySet<string>) {
    const own = names.filter((name) => !others.has(name));
    this.#names = new Set(own);
    const at = [...own, ...ids].filter((name) => name !== '').map((name) => `@${escaped(name)}`);
    const bare = [
      ...own.filter((name) => [...name].length >= leastName),
      ...ids.filter((id) => id.length >= leastId),
    ].map((name) => escaped(name));
    const longestFirst = [...at, ...bare].sort((one, other) => other.length - one.length);
    this.#pattern =
      longestFirst.length === 0
        ? null
        : new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}_])`, 'gu');
  }

  /** What of a memory of others is another without them; null: nothing. */
  without({ content }: Memory): { text: string; more: MoreEdited } | null {
    const { quote, parts } = content;
    const text = this.#masked(content.text);
    const isTheirs = (author: string | undefined) => author !== undefined && this.#names.has(author);
    const quotes = quote && (isTheirs(quote.author) || this.#masked(quote.text) !== quote.text);
    const carried = parts?.map(({ author, ...part }) =>
      isTheirs(author)
        ? { ...part, text: forgottenText }
        : { ...part, ...(author !== undefined && { author }), text: this.#masked(part.text) },
    );
    const carries = carried?.some((part, at) => part.text !== parts![at]!.text);
    if (text === content.text && !quotes && !carries) return null;
    return { text, more: { ...(quotes && { quote: null }), ...(carries && { parts: carried! }) } };
  }

  #masked(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, forgottenText);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
