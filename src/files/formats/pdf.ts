/** PDF: the words of its pages as people see them. */
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import { failed, type ReadDocument, type ReadProblem } from '../document.js';
import { Sections } from '../sections.js';
import { columnsOf, type Line } from './pdf-columns.js';
import { PackedMaps } from './pdf-maps.js';
import { PagePainter } from './pdf-painter.js';
import { addParagraphs } from './pdf-paragraphs.js';

/** A document that says it has more is not opened. */
const mostPages = 5000;
const pageCount =
  /\/Type\s*\/Pages\b[^>]{0,20000}?\/Count\s+(\d+)|\/Count\s+(\d+)(?=[^>]{0,20000}?\/Type\s*\/Pages\b)/g;

interface ReadPage {
  columns: Line[][];
  others: string[];
  hidden: number;
  isDamaged: boolean;
}

export async function readPdf(bytes: Uint8Array, maxChars: number): Promise<ReadDocument> {
  // Of Node 22, and pdf.js needs it.
  const buffers = ArrayBuffer.prototype as { transferToFixedLength?: (length?: number) => ArrayBuffer };
  buffers.transferToFixedLength ??= function (this: ArrayBuffer, length = this.byteLength) {
    const copy = new Uint8Array(length);
    copy.set(new Uint8Array(this, 0, Math.min(length, this.byteLength)));
    return copy.buffer;
  };
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const said = Math.max(
    0,
    ...[...raw.matchAll(pageCount)].map(([, before, after]) => Number(before ?? after)),
  );
  if (said > mostPages) return tooManyPages(said);
  const { getDocumentProxy } = await import('unpdf');
  try {
    // No picture is opened: one of a few bytes may be of any size. Fonts are needed for their widths alone.
    const options = {
      maxImageSize: 0,
      disableFontFace: true,
      fontExtraProperties: true,
      useSystemFonts: false,
      cMapPacked: true,
      BinaryDataFactory: PackedMaps,
      verbosity: 0,
    };
    const pdf = await getDocumentProxy(new Uint8Array(bytes), options);
    if (pdf.numPages > mostPages) return tooManyPages(pdf.numPages);
    // Pictures are always named in the open.
    return await readPages(pdf, maxChars, /\/Subtype\s*\/Image\b/.test(raw));
  } catch (error) {
    return (error as Error).name === 'PasswordException'
      ? failed('pdf', 'it is locked with a password', 'Save a copy without a password.')
      : failed('pdf', 'it is damaged, or no PDF that can be read', 'Save it anew as PDF.');
  }
}

function tooManyPages(pages: number): ReadDocument {
  return failed(
    'pdf',
    `it says it has ${pages} pages, more than ${mostPages}`,
    'Split it into smaller ones.',
  );
}

async function readPages(
  pdf: PDFDocumentProxy,
  maxChars: number,
  hasPictures: boolean,
): Promise<ReadDocument> {
  const { getResolvedPDFJS } = await import('unpdf');
  const { OPS } = await getResolvedPDFJS();
  const layers = await pdf.getOptionalContentConfig();
  const pages: ReadPage[] = [];
  let chars = 0;
  while (pages.length < pdf.numPages && chars <= maxChars) {
    const page = await pdf.getPage(pages.length + 1);
    const { runs, others, hidden } = await new PagePainter(page, layers).scene(OPS, hasPictures);
    const columns = columnsOf(runs);
    const words = [...runs.map(({ text }) => text), ...others].join('');
    pages.push({ columns, others, hidden, isDamaged: /[\0\uFFFD\uE000-\uF8FF]/u.test(words) });
    chars += words.length;
    page.cleanup();
  }
  withoutRunningLines(pages);
  const problems = problemsOf(pages, pdf.numPages);
  const whole = { format: 'pdf' as const, pages: pdf.numPages };
  if (pages.every(isEmpty)) {
    const next = 'Run text recognition (OCR) over it, and add the result.';
    return failed('pdf', 'it has no text, perhaps only pictures of pages', next, pdf.numPages);
  }
  return {
    ...whole,
    sections: sectionsOf(pages),
    cut: pages.length < pdf.numPages || chars > maxChars,
    problems,
  };
}

function sectionsOf(pages: ReadPage[]) {
  const lines = pages.flatMap(({ columns }) => columns.flat());
  const letters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  const body = [...letters].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 0;
  const sizes = [...letters.keys()].filter((size) => size > body * 1.15).sort((one, other) => other - one);
  const sections = new Sections();
  for (const [index, { columns, others }] of pages.entries()) {
    sections.page(index + 1);
    addParagraphs(columns, body, sizes, sections);
    for (const text of others) sections.add({ kind: 'text', text });
  }
  return sections.all();
}

function isEmpty({ columns, others }: ReadPage): boolean {
  return others.length === 0 && columns.every((lines) => lines.length === 0);
}

function problemsOf(pages: ReadPage[], count: number): ReadProblem[] {
  const numbers = (are: (page: ReadPage) => boolean) =>
    pages.flatMap((page, index) => (are(page) ? [index + 1] : []));
  const problems: ReadProblem[] = [];
  const tell = (found: number[], cause: string, next: string) => {
    if (found.length > 0) problems.push({ outcome: 'partial', cause, next, pages: found });
  };
  const empty = numbers(isEmpty);
  tell(
    empty,
    `${empty.length} of ${count} pages hold no text`,
    'Run text recognition (OCR) over it, and add the result.',
  );
  const damaged = numbers(({ isDamaged }) => isDamaged);
  tell(
    damaged,
    `${damaged.length} of ${count} pages have letters that cannot be read`,
    'Save it anew as PDF, with other fonts.',
  );
  const hidden = numbers((page) => page.hidden > 0);
  tell(
    hidden,
    `${hidden.length} of ${count} pages have text that nobody sees, which was left out`,
    'Look at it before you trust it.',
  );
  return problems;
}

/** Lines at the edges of most pages are kept once, and numbers of pages not at all. */
function withoutRunningLines(pages: ReadPage[]): void {
  const counts = new Map<string, number>();
  for (const page of pages)
    for (const text of new Set([...outerLines(page)].map(said)))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  const kept = new Set<string>();
  for (const page of pages) {
    const outer = outerLines(page);
    page.columns = page.columns.map((column) =>
      column.filter((line) => {
        const text = said(line);
        if (!outer.has(line) || (counts.get(text) ?? 0) < Math.max(3, pages.length * 0.6)) return true;
        if (pageNumber.test(text) || kept.has(text)) return false;
        kept.add(text);
        return true;
      }),
    );
  }
}

const pageNumber = /^[^\p{L}]*(page|seite|p\.|página|pagina)?[^\p{L}]*(of|von|de|sur)?[^\p{L}]*$/iu;

/** Numbers of pages count as the same. */
function said({ text }: Line): string {
  return text.replace(/\d+/g, '#').trim();
}

/** Of a page of a few lines each may be its text, unless it is but a number. */
function outerLines(page: ReadPage): Set<Line> {
  const lines = page.columns.flat().toSorted((one, other) => other.y - one.y);
  const outer = [lines[0], lines[1], lines.at(-2), lines.at(-1)].filter((line) => line !== undefined);
  return new Set(
    lines.length > 5 ? outer : outer.filter(({ text }) => /\d/.test(text) && pageNumber.test(text)),
  );
}
