/**
 * Splits a long reply into messages a platform takes, at the best places: between blocks, items and rows, then lines,
 * sentences, words. A code block goes on in the next part with its language, a table with its header, a list with its
 * numbers, a quote with its marks.
 */
import { cut, cuttableLength, type Leaf, lengthAsWritten, simpler } from './cut.js';
import { assembled, outlineOf, type Unit } from './outline.js';
import { markdownOf, parseMarkdown } from './parse.js';

/** How long a part may be once it is rendered. */
export interface SplitOptions {
  /** The most a part may measure once rendered. Below about 50 there is little left to choose. */
  limit: number;
  /** As the platform counts; the default is UTF-16 units. */
  measure?(rendered: string): number;
  /** A part as the platform is sent it. */
  render(markdown: string): string;
}

/** How much of a part must be free for a block that fits into no part to begin in it. */
const roomWorthFilling = 0.3;

/** What is this many times longer than the limit is not rendered to see whether it fits. */
const hopeless = 4;

/**
 * The parts as markdown, to be rendered by the same `render` when they are sent; none for a text that shows nothing.
 * What fits is one part, exactly as given. Never throws of itself, and loses nothing but white space; a render that
 * cannot come below the limit (a single character does not) is given a part of its own.
 */
export function splitMarkdown(
  text: string,
  { limit, measure = ({ length }) => length, render }: SplitOptions,
): string[] {
  if (text.trim() === '') return [];
  const sizeOf = (markdown: string) => measure(render(markdown));
  if (text.length <= hopeless * limit && sizeOf(text) <= limit) return [text];
  const splitting = new Splitting(outlineOf(parseMarkdown(text)), limit, (units) =>
    sizeOf(markdownOf(assembled(units))),
  );
  return splitting
    .parts()
    .map((units) => markdownOf(assembled(units)))
    .filter((part) => part !== '');
}

class Splitting {
  /** In reverse: the next one is the last. */
  readonly #waiting: Unit[];
  readonly #limit: number;
  readonly #size: (units: Unit[]) => number;
  /** Measured size for one character of markdown, as far as is known; only guesses are made with it. */
  #rate = 1;

  constructor(units: Unit[], limit: number, size: (units: Unit[]) => number) {
    this.#waiting = units.reverse();
    this.#limit = limit;
    this.#size = size;
  }

  parts(): Unit[][] {
    const parts: Unit[][] = [];
    while (this.#waiting.length > 0) {
      const part = this.#next();
      if (part.length > 0) parts.push(part);
    }
    return parts;
  }

  /** May be empty when a block has been put into a simpler form first. */
  #next(): Unit[] {
    const { part, size } = this.#whole();
    const next = this.#waiting.at(-1);
    if (!next) return part;
    if (part.length === 0) return this.#piece(this.#waiting.pop()!);
    const worthFilling = part.every(leadsOn) || this.#limit - size >= this.#limit * roomWorthFilling;
    if (worthFilling && this.#fitsNowhere(next)) {
      const head = this.#cutToFit(part, this.#waiting.pop()!, this.#limit - size);
      if (head) return [...part, head];
      this.#waiting.push(next);
    }
    // A heading at the foot of a part belongs to what follows.
    while (part.length > 1 && leadsOn(part.at(-1)!) && !part.every(leadsOn)) this.#waiting.push(part.pop()!);
    return part;
  }

  /** As many whole blocks as fit, taken from those waiting. */
  #whole(): { part: Unit[]; size: number } {
    const part: Unit[] = [];
    let length = 0;
    while (this.#waiting.length > 0) {
      const next = lengthOf(this.#waiting.at(-1)!);
      const tried =
        part.length === 0 ? next <= hopeless * this.#limit : (length + next) * this.#rate <= this.#limit;
      if (!tried) break;
      length += next;
      part.push(this.#waiting.pop()!);
    }
    let size = part.length > 0 ? this.#size(part) : 0;
    if (size > 0) this.#rate = Math.min(Math.max(size / length, 0.1), 10);
    while (size > this.#limit) {
      let excess = size - this.#limit;
      while (excess > 0 && part.length > 0) {
        const last = part.pop()!;
        excess -= lengthOf(last) * this.#rate;
        this.#waiting.push(last);
      }
      size = part.length > 0 ? this.#size(part) : 0;
    }
    // Then more of them by halves of what seems to fit, for each look costs as much as rendering the part.
    for (let most = Infinity; most >= 1; ) {
      const count = this.#seemsToFit(this.#limit - size, most);
      if (count === 0) break;
      const more = this.#waiting.slice(-count).reverse();
      const larger = this.#size([...part, ...more]);
      most = larger > this.#limit ? Math.floor(count / 2) : Infinity;
      if (larger > this.#limit) continue;
      size = larger;
      part.push(...more);
      this.#waiting.length -= count;
    }
    return { part, size };
  }

  /** How many of the blocks waiting, by a guess that may be off by a third for the first. */
  #seemsToFit(room: number, most: number): number {
    let left = room;
    let count = 0;
    while (count < most && count < this.#waiting.length) {
      left -= lengthOf(this.#waiting.at(-1 - count)!) * this.#rate * (count === 0 ? 0.75 : 1);
      if (left < 0) break;
      count += 1;
    }
    return count;
  }

  #fitsNowhere(unit: Unit): boolean {
    return lengthOf(unit) > hopeless * this.#limit || this.#size([unit]) > this.#limit;
  }

  /** Of a block that does not fit: its beginning, as a part of its own. The rest waits. */
  #piece(unit: Unit): Unit[] {
    if (!this.#fitsNowhere(unit)) return [unit];
    const marksOnly = this.#size([{ ...unit, leaf: { type: 'paragraph', children: [] } }]);
    if (unit.path.length > 0 && marksOnly > this.#limit / 2) {
      this.#waiting.push({ path: [], leaf: unit.leaf, begins: 0 });
      return [];
    }
    const head = this.#cutToFit([], unit, this.#limit);
    if (head) return [head];
    const simple = simpler(unit.leaf);
    if (simple) {
      this.#putBack(unit, simple);
      return [];
    }
    // Not even one character fits: it is sent alone.
    const pieces = cut(unit.leaf, 1) ?? cut(unit.leaf, 2);
    if (!pieces) return [unit];
    this.#putBack({ ...unit, begins: 0 }, [pieces[1]]);
    return [{ ...unit, leaf: pieces[0] }];
  }

  /** The longest beginning that fits after `part`; the rest waits. Null, and nothing waits, when none does. */
  #cutToFit(part: Unit[], unit: Unit, room: number): Unit | null {
    const { leaf } = unit;
    let best: [Leaf, Leaf] | null = null;
    let low = 0;
    let high = cuttableLength(leaf);
    let at = Math.min(Math.ceil(room / Math.min(this.#rate, 1)), high - 1);
    while (at > low) {
      const pieces = cut(leaf, at);
      if (!pieces) break;
      const size = this.#size([...part, { ...unit, leaf: pieces[0] }]);
      if (size > this.#limit) {
        high = at;
        at = Math.min(Math.floor(at * 0.95 * (this.#limit / size)), at - 1);
        if (best) break;
        continue;
      }
      best = pieces;
      low = at;
      // Where marks take little room, the first guess was too careful.
      if (size > this.#limit * 0.7) break;
      at = Math.min(Math.floor((at * this.#limit) / size), high - 1);
    }
    if (!best) return null;
    this.#putBack({ ...unit, begins: 0 }, [best[1]]);
    return { ...unit, leaf: best[0] };
  }

  #putBack(unit: Unit, leaves: Leaf[]): void {
    const units = leaves
      .filter((leaf) => !('children' in leaf) || leaf.children.length > 0)
      .map((leaf, index) => ({ ...unit, leaf, begins: index === 0 ? unit.begins : 0 }));
    this.#waiting.push(...units.reverse());
  }
}

/** Of its markdown, roughly. */
function lengthOf({ leaf, path }: Unit): number {
  return lengthAsWritten(leaf) + 2 * path.length + 2;
}

/** It announces what comes after it. */
function leadsOn({ leaf }: Unit): boolean {
  if (leaf.type === 'heading') return true;
  const last = leaf.type === 'paragraph' ? leaf.children.at(-1) : undefined;
  return last?.type === 'text' && /[:：]\s*$/.test(last.value);
}
