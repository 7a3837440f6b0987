/** Long pieces of an agent's instructions, word for word, in a text that grows. */
import type { Detector, Finding } from './finding.js';

const word = /[\p{L}\p{N}]+/gu;
/** What stands in quotation marks is there to be said. */
const quoted = /"[^"\n]{1,2000}"|“[^”\n]{1,2000}”|«[^»\n]{1,2000}»|(?<!\w)'[^'\n]{1,2000}'(?!\w)/g;
/** So many words of the instructions in a row are a recital. */
const most = 20;
const fewest = 8;
/** These are said before anybody can tell. */
const before = 2;
const maxRuns = 64;

export class Instructions {
  readonly #words: string[];
  readonly #places = new Map<string, number[]>();
  /** In words. */
  readonly recital: number;

  constructor(text: string) {
    this.#words =
      text
        .toLowerCase()
        .replace(quoted, ' \u0000 ')
        .match(/[\p{L}\p{N}]+|\0/gu) ?? [];
    for (const [at, one] of this.#words.entries()) {
      if (one === '\0') continue;
      const places = this.#places.get(one);
      if (places) places.push(at);
      else this.#places.set(one, [at]);
    }
    this.recital = Math.min(most, Math.max(fewest, Math.ceil(this.#words.length * 0.6)));
  }

  /** Where this word stands. */
  of(said: string): readonly number[] {
    return this.#places.get(said) ?? [];
  }

  get any(): boolean {
    return this.#words.length >= fewest;
  }
}

export class Recital implements Detector {
  readonly #instructions: Instructions;
  /** Whether somebody who may know the words has written them here. */
  readonly #isNamed: (words: string) => boolean;
  #at = 0;
  /** How many words before each place of the instructions were said just now. */
  #runs = new Map<number, number>();
  #best = 0;
  /** Of the words said, as many as the longest run has. */
  #starts: number[] = [];
  #end = 0;
  #length = 0;

  constructor(instructions: Instructions, isNamed: (words: string) => boolean) {
    this.#instructions = instructions;
    this.#isNamed = isNamed;
  }

  get open(): number {
    if (this.#best > before) return this.#starts[this.#starts.length - this.#best + before]!;
    return this.#best === before ? Math.min(this.#at, this.#length) : this.#length;
  }

  look(text: string, ended: boolean): Finding[] {
    const found: Finding[] = [];
    this.#length = text.length;
    word.lastIndex = this.#at;
    for (let match = word.exec(text); match; match = word.exec(text)) {
      const end = match.index + match[0].length;
      if (end === text.length && !ended) {
        this.#at = match.index;
        return found;
      }
      this.#take(text, match[0].toLowerCase(), match.index, end, found);
    }
    this.#at = text.length;
    if (ended) {
      this.#over(text, found);
      this.#best = 0;
      this.#runs.clear();
      this.#starts.length = 0;
    }
    return found;
  }

  #take(text: string, said: string, start: number, end: number, found: Finding[]): void {
    const runs = new Map<number, number>();
    let best = 0;
    for (const place of this.#instructions.of(said)) {
      const length = (this.#runs.get(place - 1) ?? 0) + 1;
      if (runs.size < maxRuns || length > 1) runs.set(place, length);
      best = Math.max(best, length);
    }
    if (best <= this.#best) this.#over(text, found);
    this.#runs = runs;
    this.#best = best;
    this.#starts.push(start);
    if (best === 0) this.#starts.length = 0;
    if (this.#starts.length > 8192) this.#starts = this.#starts.slice(-4096);
    this.#end = end;
  }

  /** The longest run goes on no more. */
  #over(text: string, found: Finding[]): void {
    if (this.#best >= this.#instructions.recital) {
      const from = this.#starts[this.#starts.length - this.#best + before]!;
      const words = text.slice(from, this.#end);
      if (!this.#isNamed(words))
        found.push({
          ...{ from, to: this.#end, check: 'instructions' as const, put: '[instructions removed]' },
          what: `${this.#best} words of the instructions`,
        });
    }
    this.#best = 0;
    this.#runs.clear();
  }
}
