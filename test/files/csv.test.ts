import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/files/document.js';
import { readDocument } from '../../src/files/document-reader.js';
import { chunksOf } from '../../src/memory/knowledge/chunks.js';

const tokens = (text: string) => Math.ceil(text.length / 4);

async function rows(text: string | Buffer, name = 'a.csv') {
  const { sections } = await readDocument(Buffer.from(text), { name });
  return sections.flatMap(({ blocks }) => blocks as Extract<Block, { kind: 'row' }>[]);
}

describe('[knowledge.9] csv', () => {
  it.each([';', '\t', '|', ','])('is parted by %j', async (delimiter) => {
    const half = delimiter === ',' ? '"3,5"' : '3,5';
    const lines = [
      ['Name', 'Region', 'Units'],
      ['Ada', 'North, east', half],
      ['Bob', 'South', '1.200,75'],
    ];
    const quoted = lines.map((line) =>
      line
        .map((cell) => (delimiter === ',' && /,/.test(cell) && !cell.startsWith('"') ? `"${cell}"` : cell))
        .join(delimiter),
    );
    expect(await rows(quoted.join('\r\n'))).toEqual([
      { kind: 'row', cells: ['Ada', 'North, east', '3,5'], columns: ['Name', 'Region', 'Units'], row: 1 },
      { kind: 'row', cells: ['Bob', 'South', '1.200,75'], columns: ['Name', 'Region', 'Units'], row: 2 },
    ]);
  });

  it('has no mark in its first name, before a quote either', async () => {
    const [row] = await rows('\ufeff"a,b",c\n1,2\n');
    expect(row).toEqual({ kind: 'row', cells: ['1', '2'], columns: ['a,b', 'c'], row: 1 });
    const utf16 = Buffer.from('\ufeffName\tPreis\nStuhl\t3,5\n', 'utf16le');
    expect(await rows(utf16, 'a.tsv')).toMatchObject([
      { cells: ['Stuhl', '3,5'], columns: ['Name', 'Preis'] },
    ]);
  });

  it('keeps a row one where a cell has lines, quotes or what parts others', async () => {
    const text = 'id;note\n1;"first line\nsecond; line"\n2;"she said ""hi"""\n3;5" pipe\n';
    const read = await rows(text);
    expect(read.map(({ cells }) => cells)).toEqual([
      ['1', 'first line\nsecond; line'],
      ['2', 'she said "hi"'],
      ['3', '5" pipe'],
    ]);
    const [chunk] = chunksOf({ sections: [{ headings: [], blocks: read }] }, { tokens, most: 100 });
    expect(chunk?.text.split('\n')).toHaveLength(4);
  });

  it('is read where rows are of different lengths, its first row is data, or it says what parts its cells', async () => {
    expect((await rows('a,b\n1,2,3\n\n4\n')).map(({ cells }) => cells)).toEqual([['1', '2', '3'], ['4']]);
    expect(await rows('1,2\n3,4\n')).toMatchObject([
      { cells: ['1', '2'], columns: [] },
      { row: 2, columns: [] },
    ]);
    expect(await rows('sep=|\na|b\nx;y|z;z\n')).toMatchObject([
      { cells: ['x;y', 'z;z'], columns: ['a', 'b'] },
    ]);
    for (const [text, cells] of [
      ['Ada;3,5\nBob;4,5\n', ['Ada', '3,5']],
      ['Name;Price, EUR\nAda;3,50 €\n', ['Ada', '3,50 €']],
      ['3,5|4,5|5,5\n1,5|2,5|3,5\n', ['3,5', '4,5', '5,5']],
      ['Ada,x;y;z,1\nBob,x;y;w,2\n', ['Ada', 'x;y;z', '1']],
      ['1,2\n3,4\n', ['1', '2']],
    ] as const)
      expect((await rows(text))[0]?.cells).toEqual(cells);
    expect(await rows('Name\nAda\n')).toMatchObject([{ cells: ['Ada'], columns: ['Name'] }]);
  });
});

describe('[knowledge.10] a large csv', () => {
  const lines = Array.from(
    { length: 3500 },
    (_, n) => `SKU-${n + 1},Chair number ${n + 1},${(n * 7) % 900}.50`,
  );

  it('has the names of the columns in each chunk, and tells the rows', async () => {
    const read = await readDocument(Buffer.from(`SKU,Name,Price\n${lines.join('\n')}`), {
      name: 'prices.csv',
    });
    const chunks = chunksOf(read, { tokens, most: 100 });
    for (const { text, row = 0, lastRow = row } of chunks) {
      expect(tokens(text)).toBeLessThanOrEqual(100);
      const [names, ...rest] = text.split('\n');
      expect(names).toBe('SKU | Name | Price');
      expect(rest).toEqual(lines.slice(row - 1, lastRow).map((line) => line.replaceAll(',', ' | ')));
    }
    expect(chunks.reduce((sum, { row = 0, lastRow = row }) => sum + lastRow - row + 1, 0)).toBe(3500);
    const found = chunks.find(({ text }) => text.includes('SKU-2731 |'));
    expect(found?.text).toContain('SKU-2731 | Chair number 2731 | 210.50');
  });

  it('cuts a row that does not fit between its cells, each with its name', async () => {
    const text = `id,short,long\n7,few,"${'many words here '.repeat(80)}"\n8,a,b\n`;
    const chunks = chunksOf(await readDocument(Buffer.from(text), { name: 'a.csv' }), { tokens, most: 60 });
    expect(chunks[0]).toMatchObject({ row: 7 - 6, text: expect.stringMatching(/^id: 7\nshort: few/) });
    for (const chunk of chunks) expect(tokens(chunk.text)).toBeLessThanOrEqual(60);
    for (const chunk of chunks.slice(1, -1))
      expect(chunk).toMatchObject({ row: 1, text: expect.stringMatching(/^long: /) });
    expect(chunks.at(-1)?.text).toContain('id | short | long\n8 | a | b');
  });

  it('is cut into rows with names where it has very many columns', async () => {
    const names = Array.from({ length: 80 }, (_, n) => `column${n}`);
    const text = [
      names.join(';'),
      names.map((_, n) => n + 0.5).join(';'),
      names.map((_, n) => n * 2).join(';'),
    ].join('\n');
    const chunks = chunksOf(await readDocument(Buffer.from(text), { name: 'a.csv' }), { tokens, most: 100 });
    for (const chunk of chunks) expect(tokens(chunk.text)).toBeLessThanOrEqual(100);
    expect(chunks.some(({ text, row }) => row === 1 && text.includes('column33: 33.5'))).toBe(true);
    expect(
      chunks.some(({ text, lastRow, row }) => (lastRow ?? row) === 2 && text.includes('column33: 66')),
    ).toBe(true);
  });
});
