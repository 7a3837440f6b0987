/** Puts blocks under their headings while a document is read from its beginning to its end. */
import { harmless } from '../core/harmless.js';
import type { Block, Section } from './document.js';

/** Longer headings are cut: some programs make whole paragraphs headings. In UTF-16 code units. */
const longestHeading = 200;

export class Sections {
  readonly #sections: Section[] = [];
  #path: { level: number; text: string }[] = [];
  #page: number | undefined;

  /** What follows stands under it. */
  heading(level: number, text: string): void {
    const words = oneLine(text);
    if (words === '') return;
    this.#path = [...this.#path.filter((above) => above.level < level), { level, text: words }];
    this.#begin();
  }

  /** What follows stands on it. */
  page(page: number): void {
    this.#page = page;
    this.#begin();
  }

  add(block: Block): void {
    const shown = harmlessBlock(block);
    if (shown.kind === 'row' ? shown.cells.every((cell) => cell === '') : shown.text.trim() === '') return;
    if (this.#sections.length === 0) this.#begin();
    this.#sections.at(-1)?.blocks.push(shown);
  }

  /** Sections without blocks are there where nothing else has their heading. */
  all(): Section[] {
    return this.#sections.filter(({ headings, blocks }, index) => {
      if (blocks.length > 0) return true;
      const next = this.#sections[index + 1];
      return headings.length > 0 && !headings.every((heading, level) => next?.headings[level] === heading);
    });
  }

  #begin(): void {
    const headings = this.#path.map(({ text }) => text);
    this.#sections.push({ headings, ...(this.#page !== undefined && { page: this.#page }), blocks: [] });
  }
}

function harmlessBlock(block: Block): Block {
  if (block.kind !== 'row') return { ...block, text: harmless(block.text).replace(/^\n+|\s+$/g, '') };
  const shown = (cells: string[]) => cells.map((cell) => harmless(cell).trim());
  return { ...block, cells: shown(block.cells), columns: shown(block.columns) };
}

function oneLine(text: string): string {
  const words = harmless(text).replace(/\s+/g, ' ').trim();
  if (words.length <= longestHeading) return words;
  return `${words.slice(0, longestHeading - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
