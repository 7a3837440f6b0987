import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { wholeText } from '../../src/files/document.js';
import { documentReader, readDocument } from '../../src/files/document-reader.js';
import { at, drawnPdf, japaneseFont, mappedFont } from './made-pdf.js';

async function read(bytes: Buffer) {
  const found = await readDocument(bytes, { name: 'a.pdf' });
  return { ...found, text: wholeText(found) };
}

const left = [
  'Annual leave is twenty',
  'five days for all who work',
  'here full time, and unused',
  'days expire in March of the',
  'year that comes after.',
];
const right = [
  'Expenses are paid back',
  'within a week once the form',
  'is signed by whoever leads',
  'the team, and the receipts',
  'are kept for ten years.',
];

/** Row by row, as some programs write them. */
function rows(gap = 0, top = 700): string {
  return left
    .map((line, n) => at(72, top - 14 * n, line) + at(320, top - gap - 14 * n, right[n] ?? ''))
    .join('');
}

describe('[knowledge.1] columns of a PDF', () => {
  it.each([
    ['row by row', rows()],
    ['on lines of other heights', rows(5)],
    [
      'under a title across both',
      at(72, 740, 'Rules that hold for everybody who works here, at home and elsewhere', 12) + rows(),
    ],
    [
      'with a line across below',
      rows() +
        at(72, 600, 'This line runs across both of the columns and is therefore read after all of them', 10),
    ],
    [
      'column by column',
      left.map((line, n) => at(72, 700 - 14 * n, line)).join('') +
        right.map((line, n) => at(320, 700 - 14 * n, line)).join(''),
    ],
    [
      'the right one first',
      right.map((line, n) => at(320, 700 - 14 * n, line)).join('') +
        left.map((line, n) => at(72, 700 - 14 * n, line)).join(''),
    ],
  ])('are read one after the other: %s', async (_, drawn) => {
    const { text, problems } = await read(drawnPdf([drawn]));
    expect(text).toContain(left.join(' '));
    expect(text).toContain(right.join(' '));
    expect(text.indexOf('Annual')).toBeLessThan(text.indexOf('Expenses'));
    expect(problems).toEqual([]);
  });

  it('are read one after the other where there are three', async () => {
    const third = [
      'Laptops are replaced every',
      'four years, or sooner where',
      'the work needs it; ask the',
      'desk on the ground floor for',
      'another one.',
    ];
    const drawn = left
      .map(
        (line, n) =>
          at(40, 700 - 14 * n, line) +
          at(230, 700 - 14 * n, right[n] ?? '') +
          at(420, 700 - 14 * n, third[n] ?? ''),
      )
      .join('');
    const { text } = await read(drawnPdf([drawn]));
    for (const column of [left, right, third]) expect(text).toContain(column.join(' '));
  });

  it('do not weld a word that is cut by a hyphen to the other column', async () => {
    const one = ['The committee for recon-', 'ciliation meets once a month', 'in the large room upstairs'];
    const two = ['Minutes are sent round by', 'the secretary before the next', 'meeting of the committee'];
    const { text } = await read(
      drawnPdf([
        one.map((line, n) => at(72, 700 - 14 * n, line) + at(320, 700 - 14 * n, two[n] ?? '')).join(''),
      ]),
    );
    expect(text).toContain('The committee for reconciliation meets once a month in the large room upstairs');
  });

  it('of a table are read row by row', async () => {
    const table = [
      ['Item', 'Price', 'Stock'],
      ['Blue chair', '35.00', '12'],
      ['Red table', '120.00', '4'],
      ['Lamp', '19.90', '33'],
    ];
    const drawn = table
      .map((cells, n) => cells.map((cell, m) => at(72 + 150 * m, 700 - 18 * n, cell)).join(''))
      .join('');
    const { text } = await read(drawnPdf([drawn]));
    expect(text.split('\n').filter(Boolean)).toEqual([
      'Item | Price | Stock',
      'Blue chair | 35.00 | 12',
      'Red table | 120.00 | 4',
      'Lamp | 19.90 | 33',
    ]);
  });

  it('keep words apart where the font changes within a line', async () => {
    const drawn =
      'BT /F1 10 Tf 72 700 Td (Files lie in ) Tj /F2 10 Tf (characters) Tj /F1 10 Tf ( and ) Tj /F2 10 Tf (plugins) Tj /F1 10 Tf (, un) Tj (less) Tj ET';
    const courier = '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>';
    const { text } = await read(drawnPdf([drawn], { fonts: { F2: courier } }));
    expect(text).toBe('Files lie in characters and plugins, unless');
  });

  it('have headings by the size of their letters, and paragraphs by their gaps', async () => {
    const drawn =
      at(72, 740, 'Handbook', 20) +
      at(72, 700, 'Leave', 14) +
      left.map((line, n) => at(72, 680 - 12 * n, line)).join('') +
      at(72, 590, 'Another paragraph.') +
      at(72, 560, 'Money', 14) +
      at(72, 540, 'Words on money.');
    const { sections } = await read(drawnPdf([drawn]));
    expect(sections.map(({ headings, page }) => [headings.join('/'), page])).toEqual([
      ['Handbook/Leave', 1],
      ['Handbook/Money', 1],
    ]);
    expect(sections[0]?.blocks.map((block) => block.kind === 'text' && block.text)).toEqual([
      left.join(' '),
      'Another paragraph.',
    ]);
  });
});

describe('[knowledge.2] letters of a PDF', () => {
  it('keeps ligatures as they are written', async () => {
    const { font, more } = mappedFont({
      88: 'FB03',
      89: 'FB01',
      97: '0061',
      99: '0063',
      101: '0065',
      110: '006E',
      111: '006F',
    });
    const { text, problems } = await read(
      drawnPdf([at(72, 700, 'oXce Ynance', 10, 'F2')], { fonts: { F2: font }, more }),
    );
    expect(text).toBe('oﬃce ﬁnance');
    expect(text.normalize('NFKC')).toBe('office finance');
    expect(problems).toEqual([]);
  });

  it.each([
    ['U+0000', '0000'],
    ['letters for private use', 'E001'],
  ])('lets no %s through and says which pages are damaged', async (_, utf16) => {
    const { font, more } = mappedFont({ 88: utf16, 99: '0063', 101: '0065', 111: '006F' });
    const pages = [at(72, 700, 'all is well'), at(72, 700, 'oXce', 10, 'F2')];
    const { text, problems } = await read(drawnPdf(pages, { fonts: { F2: font }, more }));
    expect(text).not.toMatch(/\0/);
    expect(text).toContain('all is well');
    expect(problems).toMatchObject([
      { outcome: 'partial', pages: [2], cause: '1 of 2 pages have letters that cannot be read' },
    ]);
  });
});

const image =
  '<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x00\nendstream';

describe('[knowledge.3] pages of a PDF without text', () => {
  const picture = 'q 600 0 0 700 0 0 cm /Im0 Do Q';
  const words = (page: number) => at(72, 700, `Words of page ${page}`);

  it('are told, and the rest is read', async () => {
    const pages = Array.from({ length: 12 }, (_, n) => (n >= 3 && n <= 10 ? picture : words(n + 1)));
    const { sections, problems, pages: count } = await read(drawnPdf(pages, { more: [image] }));
    expect(count).toBe(12);
    expect(sections.map(({ page }) => page)).toEqual([1, 2, 3, 12]);
    expect(problems).toEqual([
      {
        outcome: 'partial',
        cause: '8 of 12 pages hold no text',
        next: expect.stringContaining('OCR'),
        pages: [4, 5, 6, 7, 8, 9, 10, 11],
      },
    ]);
  });

  it('count as such where they have but a number', async () => {
    const pages = Array.from(
      { length: 6 },
      (_, n) => (n > 0 && n < 5 ? picture : words(n)) + at(300, 30, `- ${n + 1} -`),
    );
    const { problems } = await read(drawnPdf(pages, { more: [image] }));
    expect(problems).toMatchObject([{ outcome: 'partial', pages: [2, 3, 4, 5] }]);
  });

  it.each([
    ['pictures', [picture, picture]],
    ['nothing', ['', '']],
  ])('make it fail where there are no others: %s', async (_, pages) => {
    const { sections, problems } = await read(drawnPdf(pages, { more: [image] }));
    expect(sections).toEqual([]);
    expect(problems).toMatchObject([
      {
        outcome: 'failed',
        cause: 'it has no text, perhaps only pictures of pages',
        next: expect.stringContaining('OCR'),
      },
    ]);
  });
});

const packed = (() => {
  try {
    return createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
  } catch {
    return null;
  }
})();

if (!packed)
  process.stderr.write('skipped: [knowledge.4] needs the CMaps of pdfjs-dist, which is not installed\n');

describe.skipIf(!packed)('[knowledge.4] Japanese text by a map that has only its name', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const words = '日本語の文書 Hello';
  it.each([
    ['UniJIS-UCS2-H', hex(Buffer.from(words, 'utf16le').swap16())],
    ['UniJIS-UTF16-H', hex(Buffer.from(words, 'utf16le').swap16())],
    // Shift JIS of the same words.
    ['90ms-RKSJ-H', '93fa967b8cea82cc95b68f91202048656c6c6f'.replace('2020', '20')],
  ])('is read: %s', async (map, written) => {
    const drawn = `BT /F2 12 Tf 72 700 Td <${written}> Tj ET`;
    const { text } = await read(drawnPdf([drawn], { fonts: { F2: japaneseFont(map) } }));
    expect(text).toBe(words);
  });
});

describe('[knowledge.11] PDFs that ask for too much', () => {
  it('are not opened where they say that they have too many pages', async () => {
    const { problems } = await read(drawnPdf([at(72, 700, 'a')], { count: 1_000_000 }));
    expect(problems).toMatchObject([
      { outcome: 'failed', cause: 'it says it has 1000000 pages, more than 5000', next: expect.any(String) },
    ]);
  });

  it('are stopped where they take too long, and the next one is read', async () => {
    const reads = documentReader(200);
    const slow = drawnPdf([`BT /F1 10 Tf 72 700 Td ${'(a) Tj 1 0 Td '.repeat(600_000)} ET`]);
    expect(await reads(slow, { name: 'a.pdf' })).toMatchObject({
      sections: [],
      problems: [
        { outcome: 'failed', cause: 'it takes too much time or memory to be read', next: expect.any(String) },
      ],
    });
    expect(wholeText(await reads(Buffer.from('another'), { name: 'a.txt' }))).toBe('another');
  });

  it('are read without opening their pictures', async () => {
    const image =
      '<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Length 1 >>\nstream\n\x00\nendstream';
    const before = process.memoryUsage.rss();
    const { text } = await read(drawnPdf([`${at(72, 700, 'beside a picture')} /Im0 Do`], { more: [image] }));
    expect(text).toBe('beside a picture');
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 2 ** 20);
  });
});
