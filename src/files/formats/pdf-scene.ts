/** What is painted on a page of a PDF, and where: runs of letters that people see. */
import { areAlike, type Colour } from './colour.js';

/** Letters beside one another, in the coordinates of the page: up is more. */
export interface Run {
  text: string;
  left: number;
  right: number;
  /** Of the line they stand on. */
  y: number;
  /** Of the letters, in points. */
  size: number;
  mono: boolean;
}

export interface Scene {
  runs: Run[];
  /** Turned or vertical text, as it was written. */
  others: string[];
  /** Letters that nobody sees: of the colour behind them, tiny, covered, outside of the page. */
  hidden: number;
}

export type Box = [left: number, bottom: number, right: number, top: number];

/** Smaller letters nobody reads, in points. */
const leastSize = 1.5;
/** Of the size of letters: a gap that is a space, and one that parts columns. */
const space = 0.18;
const gutter = 1;

interface Seen extends Run {
  invisible: boolean;
}

/** Takes letters and shapes in the order in which they are painted. */
export class Painting {
  readonly #view: Box;
  readonly #shapes: { box: Box; colour: Colour | null }[] = [];
  #runs: Seen[] = [];
  #others: string[] = [];
  #hidden = 0;

  /** @param view what is seen of the page. */
  constructor(view: Box) {
    this.#view = view;
  }

  /** @param colour null: it cannot be told. */
  shape(box: Box, colour: Colour | null, opaque: boolean): void {
    if (!opaque) return;
    this.#shapes.push({ box, colour });
    if (colour === null) return;
    this.#runs = this.#runs.filter((run) => {
      const covered = contains(box, run.left, run.y) && contains(box, run.right, run.y + run.size / 2);
      if (covered) this.#hidden += run.text.length;
      return !covered;
    });
  }

  letter(letter: Seen & { colour: Colour | 'none' | null; clip: Box | null }): void {
    const { text, left, right, y, size, mono, invisible, colour, clip } = letter;
    const middle = (left + right) / 2;
    const isInside =
      contains(this.#view, middle, y + size / 4) && (!clip || contains(clip, middle, y + size / 4));
    const behind = this.#shapes.findLast(({ box }) => contains(box, middle, y + size / 4));
    const background = behind ? behind.colour : white;
    const blends =
      colour === 'none' || (colour !== null && background !== null && areAlike(colour, background));
    if (!isInside || size < leastSize || (blends && (!invisible || colour === 'none'))) {
      this.#hidden += text.trim().length;
      return;
    }
    const last = this.#runs.at(-1);
    const gap = last ? left - last.right : 0;
    const goesOn =
      last &&
      last.invisible === invisible &&
      last.mono === mono &&
      Math.abs(last.y - y) < size * 0.05 &&
      Math.abs(last.size - size) < size * 0.05 &&
      gap < gutter * size &&
      gap > -0.4 * size;
    if (!goesOn) {
      if (text.trim() !== '') this.#runs.push({ text, left, right, y, size, mono, invisible });
      return;
    }
    if (text.trim() === '') {
      if (!last.text.endsWith(' ')) last.text += ' ';
      // The gap up to the next letter counts from here only if it is one.
      last.right = Math.max(last.right, Math.min(right, last.right + size));
      return;
    }
    if (gap > space * size && !last.text.endsWith(' ')) last.text += ' ';
    last.text += text;
    last.right = Math.max(last.right, right);
  }

  other(text: string): void {
    if (text.trim() !== '') this.#others.push(text);
  }

  /** @param mayBeScan whether there may be a picture of the page before what is painted with nothing. */
  scene(mayBeScan: boolean): Scene {
    const length = (runs: Seen[]) => runs.reduce((sum, { text }) => sum + text.length, 0);
    const unseen = this.#runs.filter(({ invisible }) => invisible);
    // Programs that read scans put words behind the picture of a page.
    const isScan = mayBeScan && length(unseen) > length(this.#runs) * 0.9;
    const runs = isScan ? this.#runs : this.#runs.filter(({ invisible }) => !invisible);
    const hidden = this.#hidden + (isScan ? 0 : length(unseen));
    return {
      runs: runs.map(({ invisible: _, ...run }) => run),
      others: this.#others,
      hidden,
    };
  }
}

const white: Colour = [255, 255, 255];

function contains([left, bottom, right, top]: Box, x: number, y: number): boolean {
  return x >= left - 0.5 && x <= right + 0.5 && y >= bottom - 0.5 && y <= top + 0.5;
}
