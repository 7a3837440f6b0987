import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../../src/core/token-estimate.js';
import type { Section } from '../../../src/files/document.js';
import { readDocument } from '../../../src/files/document-reader.js';
import { type ChunkLimits, chunksOf } from '../../../src/memory/knowledge/chunks.js';

/** About as an embedder counts. */
const tokens = (text: string) => Math.ceil(text.length / 4);

async function chunksOfText(text: string, name: string, limits: Partial<ChunkLimits> = {}) {
  return chunksOf(await readDocument(Buffer.from(text), { name }), { tokens, most: 100, ...limits });
}

function section(...texts: string[]): { sections: Section[] } {
  return { sections: [{ headings: [], blocks: texts.map((text) => ({ kind: 'text', text })) }] };
}

describe('[knowledge.12] chunks of markdown', () => {
  it('begin at headings, not at what looks like one within a fence', async () => {
    const fences = [
      '````sh\n# comment\n```\n# inner\n```\n````',
      '~~~\n# comment\n```\n~~~',
      '    # indented\n',
    ];
    const text = `# Title\n\n${fences.join('\n\n')}\n\n## Next\n\nlast words\n`;
    const chunks = await chunksOfText(text, 'a.md');
    expect(chunks.map(({ headings }) => headings)).toEqual([['Title'], ['Title', 'Next']]);
    expect(chunks[0]?.text).toBe('# comment\n```\n# inner\n```\n\n# comment\n```\n\n# indented');
    expect(chunks[1]?.text).toBe('last words');
  });

  it('keep headings that stand under lines, and leave those in quotes and lists where they are', async () => {
    const text = 'First\n=====\n\n> # quoted\n\n- # listed\n\nSecond\n------\n\nend\n';
    const chunks = await chunksOfText(text, 'a.md');
    expect(chunks).toEqual([
      { text: 'quoted\n\n- listed', headings: ['First'] },
      { text: 'end', headings: ['First', 'Second'] },
    ]);
  });

  it('take a fence that is not closed to the end, and settings at the beginning as no heading', async () => {
    const chunks = await chunksOfText('---\ntitle: Handbook\n---\n\n# A\n\n```\n# not\n# these\n', 'a.md');
    expect(chunks).toEqual([
      { text: 'title: Handbook', headings: [] },
      { text: '# not\n# these', headings: ['A'] },
    ]);
  });

  it('keep a fence whole where it fits, and cut it between lines where it does not', async () => {
    const code = Array.from({ length: 12 }, (_, n) => `  step(${n}); // number ${n}`).join('\n');
    const words = 'word '.repeat(50).trim();
    const fits = await chunksOfText(`# A\n\n${words}\n\n\`\`\`\n${code}\n\`\`\`\n\n${words}`, 'a.md');
    expect(fits.filter(({ text }) => text.includes(code))).toHaveLength(1);
    const long = await chunksOfText(`\`\`\`\n${`${code}\n`.repeat(20)}\`\`\`\n`, 'a.md');
    expect(long.length).toBeGreaterThan(5);
    expect(
      long
        .flatMap(({ text }) => text.split('\n'))
        .every((line) => /^ {2}step\(\d+\); \/\/ number \d+$/.test(line)),
    ).toBe(true);
  });

  it('are not made of what a comment or a hidden element of it holds', async () => {
    const text =
      '# A\n\nseen <!-- unseen --> a < b <span hidden>unseen</span> & `<b>` too\n\n<!-- # unseen\n\nunseen -->\n';
    expect(await chunksOfText(text, 'a.md')).toEqual([{ text: 'seen a < b & <b> too', headings: ['A'] }]);
  });
});

describe('[knowledge.13] text that is hard to cut', () => {
  const cases: [string, string][] = [
    ['a long word', `xxxxxxxxxx ${'a'.repeat(5000)}`],
    ['base64', `data: ${Buffer.alloc(300_000, 7).toString('base64')}`],
    ['JSON on one line', JSON.stringify(Array.from({ length: 9000 }, (_, n) => ({ id: n, on: true })))],
    ['Thai', 'สวัสดีชาวโลกที่แสนดี'.repeat(2000)],
    ['Chinese without a stop', '知识就是力量'.repeat(5000)],
    ['one letter with many marks', `a${'\u0301'.repeat(20_000)}`],
    ['spaces', `a${' '.repeat(200_000)}b`],
    ['lines', '\n'.repeat(100_000)],
  ];
  it.each(cases)('is cut into chunks of at most the size: %s', (_, text) => {
    let measured = 0;
    const count = (part: string) => {
      measured += part.length;
      return estimateTokens(part);
    };
    for (const overlap of [0, 20, 50]) {
      measured = 0;
      const chunks = chunksOf(section(text), { tokens: count, most: 100, overlap });
      for (const chunk of chunks) expect(estimateTokens(chunk.text)).toBeLessThanOrEqual(100);
      const letters = (words: string) => words.replace(/\s/g, '').length;
      expect(letters(chunks.map((chunk) => chunk.text).join(''))).toBeGreaterThanOrEqual(letters(text));
      // By its length alone: no part is measured again and again.
      expect(measured).toBeLessThan(text.length * 60 + 10_000);
    }
  });

  it.each([
    ['as large as the chunk', { most: 100, overlap: 100 }],
    ['larger', { most: 100, overlap: 150 }],
    ['more than half', { most: 100, overlap: 51 }],
    ['negative', { most: 100, overlap: -1 }],
    ['no number', { most: 100, overlap: Number.NaN }],
  ])('refuses an overlap that is %s', (_, limits) => {
    expect(() => chunksOf(section('a'), { tokens, ...limits })).toThrow(
      /overlap of chunks must be between 0 and half of their size \(50 tokens\)/,
    );
  });

  it.each([0, 15, -1, Number.NaN, 1.5, Infinity])('refuses a size of %s', (most) => {
    expect(() => chunksOf(section('a'), { tokens, most })).toThrow(/room for 16 tokens or more/);
  });

  it('begins a chunk with the end of the one before where there is an overlap', () => {
    const sentences = Array.from({ length: 40 }, (_, n) => `Sentence number ${n} is here.`);
    const chunks = chunksOf(section(sentences.join(' ')), { tokens, most: 100, overlap: 20 });
    expect(chunks.length).toBeGreaterThan(2);
    for (const [index, { text }] of chunks.entries())
      if (index > 0) expect(chunks[index - 1]?.text).toContain(text.slice(0, 24));
    for (const sentence of sentences) expect(chunks.some(({ text }) => text.includes(sentence))).toBe(true);
  });
});

describe('[knowledge.14] chunks', () => {
  it.each(['a few words', 'One sentence. Another one.\n\nA paragraph.', '👩‍👩‍👧'])(
    'of a short text are one: %s',
    (text) => {
      for (const overlap of [0, 50])
        expect(chunksOf(section(...text.split('\n\n')), { tokens, most: 100, overlap })).toEqual([
          { text, headings: [] },
        ]);
    },
  );

  it.each(['👩‍👩‍👧', '🇩🇪', 'e\u0301', '각', '👍🏽', '𝒳', 'நி'])('keep %s whole', (letter) => {
    for (let before = 0; before < 12; before++) {
      const chunks = chunksOf(section('x'.repeat(before) + letter.repeat(400)), { tokens, most: 16 });
      expect(chunks.length).toBeGreaterThan(5);
      for (const { text } of chunks) {
        expect(text).not.toMatch(/\p{Cs}/u);
        expect(text.replace(/^x+/, '').replaceAll(letter, '')).toBe('');
      }
    }
  });

  it('make halves of a pair in a text whole', async () => {
    const wide = Buffer.from('\ufeffbefore \ud83d after', 'utf16le');
    const [chunk] = chunksOf(await readDocument(wide, { name: 'a.txt' }), { tokens, most: 100 });
    expect(chunk?.text).toBe('before \ufffd after');
  });

  it('of a section stay as they are when another one is changed', async () => {
    const part = (name: string) =>
      `## ${name}\n\n${Array.from({ length: 20 }, (_, n) => `${name} says ${n}. `.repeat(4)).join('\n\n')}\n\n`;
    const before = await chunksOfText(`# A\n\n${part('one')}${part('two')}`, 'a.md');
    const after = await chunksOfText(
      `# A\n\nMore.\n\n${part('one').replace('one says 3', 'one said 3')}${part('two')}`,
      'a.md',
    );
    const two = (chunks: typeof before) => chunks.filter(({ headings }) => headings.includes('two'));
    expect(two(before).length).toBeGreaterThan(3);
    expect(two(after)).toEqual(two(before));
  });

  it('of a long section mostly stay as they are when something is put in before them', () => {
    const texts = Array.from({ length: 300 }, (_, n) => `Paragraph ${n} says that ${n * n} is a square.`);
    const limits = { tokens, most: 100 };
    const before = chunksOf(section(...texts), limits).map(({ text }) => text);
    const after = new Set(chunksOf(section('Something new.', ...texts), limits).map(({ text }) => text));
    expect(before.filter((text) => !after.has(text)).length).toBeLessThan(before.length / 5);
  });
});

describe('[knowledge.15] the size of chunks', () => {
  it('counts as the embedder does, with the headings', () => {
    const yaml = Array.from({ length: 60 }, (_, n) => `  key${n}: \${{ secrets.${'='.repeat(9)} }}`).join(
      '\n',
    );
    const one = (text: string) => [...text].length;
    const read = {
      sections: [{ headings: ['Guide', 'Settings'], blocks: [{ kind: 'code' as const, text: yaml }] }],
    };
    const chunks = chunksOf(read, { tokens: one, most: 256 });
    for (const { text, headings } of chunks)
      expect(one(`${headings.join(' > ')}${text}`)).toBeLessThanOrEqual(256);
    expect(chunks.map(({ text }) => text).join('\n')).toBe(yaml);
  });

  it('leaves room for text where headings are long', () => {
    const headings = Array.from({ length: 5 }, (_, n) => `${n} ${'heading '.repeat(15)}`);
    const read = {
      sections: [{ headings, blocks: [{ kind: 'text' as const, text: 'words '.repeat(200) }] }],
    };
    for (const chunk of chunksOf(read, { tokens, most: 80 })) {
      expect(chunk.headings).toEqual(headings.slice(-1));
      expect(tokens(chunk.headings.join()) + tokens(chunk.text)).toBeLessThanOrEqual(80);
    }
  });
});
