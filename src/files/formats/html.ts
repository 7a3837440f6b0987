/** HTML: what people see of it, under its headings. */
import { harmless } from '../../core/harmless.js';
import type { Section } from '../document.js';
import { Sections } from '../sections.js';
import { areAlike, type Colour, colourOf } from './colour.js';
import { isUnseen, type Style, sheetStyles, styleOf } from './html-hidden.js';
import { isAside, mainOf } from './html-main.js';
import { isElement, isText, type Page, type PageElement, pageOf } from './page.js';

const blockTags = new Set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);

export function htmlSections(html: string): Section[] {
  const page = pageOf(html);
  const sections = new Sections();
  new Walk(page, sections, true).all(mainOf(page));
  return sections.all();
}

/** What people see of markup within another text; its blocks on lines of their own. */
export function visibleText(markup: string): string {
  const sections = new Sections();
  const page = pageOf(markup);
  new Walk(page, sections, false).all(page.body);
  return sections
    .all()
    .flatMap(({ blocks }) =>
      blocks.map((block) => (block.kind === 'row' ? block.cells.join(' | ') : block.text)),
    )
    .join('\n');
}

interface Look {
  text: Colour | null;
  behind: Colour | null;
  unseen: boolean;
}

class Walk {
  readonly #sections: Sections;
  readonly #styles: Map<PageElement, Style>;
  readonly #whole: boolean;
  #line = '';

  /** @param whole it is a page: what stands beside its text is left out, and headings make sections. */
  constructor(page: Page, sections: Sections, whole: boolean) {
    this.#sections = sections;
    this.#styles = sheetStyles(page);
    this.#whole = whole;
  }

  all(root: PageElement): void {
    const above: PageElement[] = [];
    for (let parent = root.parentElement; parent; parent = parent.parentElement) above.unshift(parent);
    let look: Look = { text: null, behind: [255, 255, 255], unseen: false };
    for (const element of above) look = this.#look(element, look);
    this.#walk(root, look);
    this.#flush();
  }

  #walk(element: PageElement, above: Look): void {
    const tag = element.localName.toLowerCase();
    const style = this.#style(element);
    if (isUnseen(element, style)) return;
    if (this.#whole && isAside(element)) return;
    const look = this.#look(element, above);
    if (tag === 'br') {
      this.#line += '\n';
      return;
    }
    const isBlock =
      blockTags.has(tag) || /^(block|flex|grid|list-item|table)/.test(style.get('display') ?? '');
    if (isBlock) this.#flush();
    const level = /^h([1-6])$/.exec(tag)?.[1];
    if (level && this.#whole) {
      this.#children(element, look);
      this.#sections.heading(Number(level), this.#taken());
    } else if (tag === 'pre') {
      const text = this.#apart(() => this.#raw(element, look));
      this.#sections.add({ kind: 'code', text: text.replace(/\r\n?/g, '\n') });
    } else if (tag === 'table' && isData(element)) this.#table(element, look);
    else if (tag === 'li') {
      this.#line = '- ';
      this.#children(element, look);
      if (this.#line === '- ') this.#line = '';
    } else if (tag === 'td' || tag === 'th') {
      this.#children(element, look);
    } else if (tag === 'img') {
      this.#line += element.getAttribute('alt') ?? '';
    } else this.#children(element, look);
    if (isBlock) this.#flush();
  }

  #children(element: PageElement, look: Look): void {
    for (const node of element.childNodes) {
      if (isElement(node)) this.#walk(node, look);
      else if (isText(node) && !look.unseen) this.#line += (node.textContent ?? '').replace(/\s+/g, ' ');
    }
  }

  /** Text whose spaces and lines are kept. */
  #raw(element: PageElement, look: Look): void {
    for (const node of element.childNodes) {
      if (isText(node) && !look.unseen) this.#line += node.textContent ?? '';
      if (!isElement(node)) continue;
      const child = node;
      if (isUnseen(child, this.#style(child))) continue;
      if (child.localName === 'br') this.#line += '\n';
      else this.#raw(child, this.#look(child, look));
    }
  }

  #table(table: PageElement, look: Look): void {
    const caption = table.querySelector('caption');
    if (caption) this.#walk(caption, look);
    let columns: string[] = [];
    let number = 0;
    for (const row of rowsOf(table)) {
      if (
        isUnseen(row, this.#style(row)) ||
        (row.parentElement && isUnseen(row.parentElement, this.#style(row.parentElement)))
      )
        continue;
      const rowLook = this.#look(row, look);
      const cells = [...row.children].filter((cell) => /^t[dh]$/i.test(cell.localName));
      const texts = cells.map((cell) => {
        if (isUnseen(cell, this.#style(cell))) return '';
        return this.#apart(() => this.#cell(cell, this.#look(cell, rowLook)));
      });
      const isHead = cells.length > 0 && cells.every((cell) => /^th$/i.test(cell.localName));
      if (number === 0 && columns.length === 0 && (isHead || row.parentElement?.localName === 'thead'))
        columns = texts;
      else this.#sections.add({ kind: 'row', cells: texts, columns, row: ++number });
    }
    if (number === 0 && columns.length > 0) this.#sections.add({ kind: 'text', text: columns.join(' | ') });
  }

  #cell(element: PageElement, look: Look): void {
    for (const node of element.childNodes) {
      if (isText(node) && !look.unseen) this.#line += node.textContent ?? '';
      if (!isElement(node)) continue;
      const child = node;
      if (isUnseen(child, this.#style(child))) continue;
      const apart = blockTags.has(child.localName) || child.localName === 'br' ? ' ' : '';
      this.#line += apart + (child.localName === 'img' ? (child.getAttribute('alt') ?? '') : '');
      this.#cell(child, this.#look(child, look));
      this.#line += apart;
    }
  }

  #style(element: PageElement): Style {
    const sheet = this.#styles.get(element);
    const inline = element.getAttribute('style');
    if (!inline) return sheet ?? new Map();
    return new Map([...(sheet ?? []), ...styleOf(inline)]);
  }

  #look(element: PageElement, above: Look): Look {
    const style = this.#style(element);
    const own = colourOf(
      style.get('color') ?? (element.localName === 'font' ? element.getAttribute('color') : null),
    );
    const painted =
      style.get('background-color') ?? style.get('background') ?? element.getAttribute('bgcolor');
    const under = colourOf(painted);
    const text = own === null || own === 'clear' ? above.text : own;
    // What cannot be told, as a picture, may be of any colour.
    const behind =
      under === 'clear' || !painted || /^(none|inherit|initial)/.test(painted) ? above.behind : under;
    const unseen = own === 'clear' || (text !== null && behind !== null && areAlike(text, behind));
    return { text, behind, unseen };
  }

  #apart(work: () => void): string {
    const before = this.#line;
    this.#line = '';
    work();
    const text = this.#line;
    this.#line = before;
    return text;
  }

  #taken(): string {
    const text = this.#line
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').trim())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    this.#line = '';
    return harmless(text);
  }

  #flush(): void {
    const text = this.#taken();
    if (text !== '') this.#sections.add({ kind: 'text', text });
  }
}

/** Rows of its own, not of a table within. */
function rowsOf(table: PageElement): PageElement[] {
  return [...table.children].flatMap((child) =>
    child.localName === 'tr'
      ? [child]
      : /^t(head|body|foot)$/.test(child.localName)
        ? [...child.children]
        : [],
  );
}

/** Other tables only put things in their places. */
function isData(table: PageElement): boolean {
  if (table.querySelector('table, h1, h2, h3')) return false;
  return rowsOf(table).some((row) => row.children.length > 1);
}
