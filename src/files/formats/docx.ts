/** Word documents (ECMA-376, WordprocessingML) as they are with all changes accepted. */
import { failed, type ReadDocument, rowText } from '../document.js';
import { Sections } from '../sections.js';
import { attribute, childOf, childrenOf, type Element, isOn, Package } from './docx-package.js';
import { isDark, lookOf, Styles } from './docx-styles.js';
import { DocxText, markOf, unwrapped } from './docx-text.js';
import { unpacked } from './unpacked.js';

export async function readDocx(bytes: Uint8Array): Promise<ReadDocument> {
  try {
    const zip = await unpacked(bytes);
    if (!zip)
      return failed('docx', 'it is too large once it is unpacked', 'Save it anew, without its pictures.');
    return await readPackage(new Package(zip));
  } catch {
    return failed('docx', 'it is damaged, or no Word document that can be read', 'Save it anew as docx.');
  }
}

async function readPackage(from: Package): Promise<ReadDocument> {
  const start = [...(await from.relations('')).values()].find(({ type }) => type === 'officeDocument');
  const path = start?.path ?? 'word/document.xml';
  const root = await from.part(path);
  const body = root && childOf(root, 'body');
  if (!body) throw new Error('It has no body.');
  const relations = [...(await from.relations(path)).values()];
  const partsOf = (type: string) =>
    Promise.all(relations.filter((one) => one.type === type).map((one) => from.part(one.path)));
  const [styles] = await partsOf('styles');
  const reader = new BodyReader(new Styles(styles ?? null), [
    ...notesOf('footnote', (await partsOf('footnotes'))[0]),
    ...notesOf('endnote', (await partsOf('endnotes'))[0]),
  ]);
  const margins = [...(await partsOf('header')), ...(await partsOf('footer'))];
  reader.margins(margins.filter((part) => part !== null));
  reader.blocks(body);
  const hidden = {
    outcome: 'partial' as const,
    cause: 'it has text that nobody sees, which was left out',
    next: 'Look at it before you trust it.',
  };
  return {
    format: 'docx',
    sections: reader.sections.all(),
    cut: false,
    problems: reader.hidden ? [hidden] : [],
  };
}

function notesOf(kind: string, part: Element | null | undefined): [key: string, note: Element][] {
  const notes = part ? childrenOf(part).filter((note) => attribute(note, 'type') === null) : [];
  return notes.map((note) => [`${kind} ${attribute(note, 'id')}`, note]);
}

class BodyReader {
  readonly sections = new Sections();
  hidden = false;
  readonly #styles: Styles;
  readonly #notes: Map<string, Element>;
  #inList = false;

  constructor(styles: Styles, notes: [string, Element][]) {
    this.#styles = styles;
    this.#notes = new Map(notes);
  }

  /** What stands above and below each page, once for all of them; not where it is but a number. */
  margins(parts: Element[]): void {
    const said = new Set(parts.map((part) => this.#plain(part)));
    for (const text of said) if (/\p{L}/u.test(text)) this.sections.add({ kind: 'text', text });
  }

  blocks(parent: Element): void {
    for (const element of unwrapped(parent)) {
      if (element.localName === 'p') this.#paragraph(element);
      else if (element.localName === 'tbl') this.#table(element);
    }
  }

  #paragraph(element: Element): void {
    const properties = childOf(element, 'pPr');
    const look = {
      ...this.#styles.look(attribute(childOf(properties, 'pStyle'), 'val')),
      ...lookOf(properties),
    };
    const words = this.#words(element, look.shaded === true);
    const text = words.text.trim();
    const inList = childOf(properties, 'numPr') !== undefined;
    if (look.level !== undefined && text !== '') this.sections.heading(look.level, text);
    else if (inList && text !== '')
      this.sections.add({ kind: 'text', text: `- ${text}`, tight: this.#inList });
    else this.sections.add({ kind: 'text', text: words.text });
    this.#inList = inList;
    for (const box of words.boxes) this.blocks(box);
    for (const note of words.notes) this.#note(note);
  }

  #note(key: string): void {
    const note = this.#notes.get(key);
    const [kind = '', id = ''] = key.split(' ');
    if (!note) return;
    // One that names itself is read once.
    this.#notes.delete(key);
    this.sections.add({ kind: 'text', text: `[^${markOf(kind, id)}]: ${this.#plain(note)}` });
  }

  #table(table: Element): void {
    const properties = childOf(table, 'tblPr');
    const rows = unwrapped(table).filter(
      (row) => row.localName === 'tr' && childOf(childOf(row, 'trPr'), 'del') === undefined,
    );
    const cellsOf = (row: Element) => unwrapped(row).filter((cell) => cell.localName === 'tc');
    const isBox = rows.every((row) => cellsOf(row).length < 2);
    if (isBox) {
      for (const row of rows) for (const cell of cellsOf(row)) this.blocks(cell);
      return;
    }
    const styled = childOf(properties, 'tblStyle') !== undefined;
    const notes: string[] = [];
    const texts = rows.map((row) =>
      cellsOf(row).map((cell) => {
        const shade = childOf(childOf(cell, 'tcPr'), 'shd');
        return this.#cell(cell, shade ? isDark(shade) : styled, notes);
      }),
    );
    const tableLook = childOf(properties, 'tblLook');
    const byLook =
      attribute(tableLook, 'firstRow') === '1' ||
      (Number.parseInt(attribute(tableLook, 'val') ?? '0', 16) & 0x20) > 0;
    const marked = isOn(childOf(childOf(rows[0], 'trPr'), 'tblHeader'));
    const hasNames = texts.length > 1 && (marked || byLook || tableLook === undefined);
    const columns = hasNames ? (texts.shift() ?? []) : [];
    for (const [index, cells] of texts.entries())
      this.sections.add({ kind: 'row', cells, columns, row: index + 1 });
    for (const note of notes) this.#note(note);
  }

  /** Tables within are put into the cell's words. */
  #cell(parent: Element, shaded: boolean, notes: string[] = []): string {
    const parts = unwrapped(parent).flatMap((element) => {
      if (element.localName === 'tbl')
        return unwrapped(element)
          .filter((row) => row.localName === 'tr')
          .map((row) =>
            rowText(
              unwrapped(row)
                .filter((cell) => cell.localName === 'tc')
                .map((cell) => this.#cell(cell, shaded, notes)),
            ),
          );
      if (element.localName !== 'p') return [];
      const words = this.#words(element, shaded);
      notes.push(...words.notes);
      return [words.text.trim(), ...words.boxes.map((box) => this.#cell(box, shaded, notes))];
    });
    return parts.filter(Boolean).join(' ');
  }

  #plain(part: Element): string {
    return this.#cell(part, false);
  }

  #words(paragraph: Element, shaded: boolean): DocxText {
    const words = new DocxText(this.#styles, paragraph, shaded);
    if (words.hidden) this.hidden = true;
    return words;
  }
}
