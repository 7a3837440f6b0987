/** Lines of lists, and what stands in them. How they are laid out, `table.ts` says. */
import { harmless } from './output.js';

/** A cell that may be shortened: what somebody wrote, or a reason. Never an id, which is copied from the screen. */
class Words {
  readonly text: string;

  constructor(text: string) {
    this.text = text.replace(/\s+/g, ' ').trim();
  }
}

export const words = (text: string) => new Words(text);

type Cell = string | Words;

/** Between cells. */
export const gap = '  ';

/** A line of a list; lines beneath each other with as many cells are a table. */
export class Row {
  readonly #cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
  }

  get texts(): string[] {
    return this.#cells.map((cell) => harmless(typeof cell === 'string' ? cell : cell.text));
  }

  mayShorten(column: number): boolean {
    return this.#cells[column] instanceof Words || this.#cells[column] === '';
  }

  /** What is empty is left out. */
  toString(): string {
    return this.texts.filter(Boolean).join(gap);
  }
}

export function cells(...said: Cell[]): Row {
  return new Row(said);
}
