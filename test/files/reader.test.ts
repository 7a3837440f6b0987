import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { FileReader } from '../../src/files/reader.js';
import { mediaTypeOf } from '../../src/intake/media-type.js';
import type { FileStore } from '../../src/store/file-store.js';
import { docx, noise, pdf } from './made.js';

const { signal } = new AbortController();
const image = { maxBytes: 200_000, maxPixels: 250_000 };

/** Reads a file as the hub does: it takes the type by bytes and name, whatever the sender says. */
async function read(
  bytes: Uint8Array | string,
  name: string,
  { said = '', maxChars = 1000, sees = false } = {},
) {
  const file = Buffer.from(bytes);
  let fetched = 0;
  const store = {
    get: async () => {
      fetched += 1;
      return file;
    },
  } as unknown as FileStore;
  const reader = new FileReader(store);
  const mediaType = await mediaTypeOf(file, name, said);
  const wanted = { maxChars, signal, ...(sees && { image }) };
  const attachment = { name, mediaType, size: file.length, file: 'f' };
  const found = await reader.read(attachment, wanted);
  expect(await reader.read(attachment, wanted)).toEqual(found);
  return { ...found, mediaType, fetched };
}

const text = (words: string, cut = false) => ({ kind: 'text', text: words, cut });

describe('[http-and-cli.4] [discord.5] text', () => {
  it.each([
    ['message.txt without a type', 'hello', 'message.txt', ''],
    ['yaml', 'a: 1', 'a.yml', 'application/octet-stream'],
    ['rust', 'fn main() {}', 'main.rs', ''],
    ['toml', '[a]\nb = 1', 'Cargo.toml', ''],
    ['TypeScript that is taken for a film', 'const a: number = 1;', 'a.ts', 'video/mp2t'],
    ['a log', '12:00 started\n', 'hub.log', ''],
    ['csv', 'a;b\n1;2\n', 'a.csv', ''],
    ['json', '{"a":1}', 'a.json', ''],
    ['python', 'print(1)', 'a.py', 'text/x-python'],
    ['a file without an ending', 'FROM node', 'Dockerfile', ''],
    ['text that says it is anything', 'plain', 'x.bin', 'application/octet-stream'],
  ])('is read: %s', async (_, words, name, said) => {
    expect(await read(words, name, { said })).toMatchObject(text(words));
  });

  const german = 'Größe und Maße: 20 €, „schön“ – naïve Straße';
  it.each([
    ['UTF-8 with its mark', Buffer.from(`\ufeff${german}`)],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${german}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(german, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${german}`, 'utf16le').swap16()],
    [
      'UTF-32 with its mark',
      Buffer.from(new Uint32Array([...`\ufeff${german}`].map((c) => c.codePointAt(0)!)).buffer),
    ],
  ])('is read in %s', async (_, bytes) => {
    expect(await read(bytes, 'a.txt')).toMatchObject(text(german));
  });

  it.each([
    [
      'Windows-1252',
      'Gr\xf6\xdfe \x84sch\xf6n\x93 20 \x80, na\xefve Stra\xdfe in M\xfcnchen',
      'Größe „schön“ 20 €, naïve Straße in München',
    ],
    ['Latin-1', 'Caf\xe9 cr\xe8me, d\xe9j\xe0 vu, fa\xe7ade', 'Café crème, déjà vu, façade'],
    [
      'KOI8-R',
      '\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1? \xe8\xcf\xd2\xcf\xdb\xcf, \xd3\xd0\xc1\xd3\xc9\xc2\xcf.',
      'Привет, как дела? Хорошо, спасибо.',
    ],
    [
      'Shift-JIS',
      '\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd\x81A\x90\xa2\x8aE\x81B\x82\xa8\x8c\xb3\x8bC\x82\xc5\x82\xb7\x82\xa9\x81B',
      'こんにちは、世界。お元気ですか。',
    ],
  ])('is read in %s', async (_, bytes, words) => {
    expect(await read(Buffer.from(bytes, 'latin1'), 'a.txt')).toMatchObject(text(words));
  });

  it.each([
    ['begins in the middle of a letter', Buffer.from(german).subarray(3), 'ße und Maße'],
    ['has a byte that is none of it', Buffer.concat([Buffer.from(german), Buffer.from([0xff])]), '„schön“'],
    ['has lost letters before', Buffer.from('caf\ufffd'), 'caf\ufffd'],
  ])('is read as UTF-8 where it %s', async (_, bytes, words) => {
    expect(await read(bytes, 'a.log')).toMatchObject({ text: expect.stringContaining(words) });
  });

  it('is cut between letters, and is fetched once', async () => {
    expect(await read('ab😀cd', 'a.txt', { maxChars: 4 })).toMatchObject({ cut: true, fetched: 1 });
  });

  it.each([
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 3]), 'a.txt'],
    ['noise', Buffer.from(Array.from({ length: 500 }, (_, n) => (n * 73) % 256)), 'a.csv'],
  ])('is not what it is not: %s', async (_, bytes, name) => {
    expect(await read(bytes, name)).toMatchObject({ kind: 'nothing' });
  });
});

describe('[http-and-cli.4] documents', () => {
  it('give the words of a PDF, page by page', async () => {
    const found = await read(pdf(['Invoice 4711', 'Total 20']), 'invoice.pdf');
    expect(found).toMatchObject({ ...text('Invoice 4711\n\nTotal 20'), fetched: 1 });
    expect(await read(pdf(['Invoice 4711', 'Total 20']), 'a', { maxChars: 7 })).toMatchObject(
      text('Invoice', true),
    );
  });

  it('give the words of a Word document', async () => {
    expect(await read(await docx(['Dear Ada,', 'yes.']), 'letter.docx')).toMatchObject(
      text('Dear Ada,\n\nyes.'),
    );
  });

  it.each([
    ['a scan', pdf(['']), 'scan.pdf', /no text/],
    ['a broken PDF', pdf(['x']).subarray(0, 60), 'a.pdf', /damaged/],
    [
      'a locked PDF',
      pdf(
        ['x'],
        `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'00'.repeat(32)}> /U <${'11'.repeat(32)}> /P -4 >> /ID [<00> <00>]`,
      ),
      'a.pdf',
      /password/,
    ],
  ])('say why there are no words: %s', async (_, bytes, name, problem) => {
    expect(await read(bytes, name)).toMatchObject({
      kind: 'nothing',
      problem: expect.stringMatching(problem),
    });
  });

  it('are not unpacked without end', async () => {
    const bomb = await docx(['x'], 100_000_000);
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await read(bomb, 'a.docx')).toMatchObject({
      kind: 'nothing',
      problem: expect.stringMatching(/too large/),
    });
  });

  it('lie in memory a few at a time', async () => {
    let [held, most] = [0, 0];
    const bytes = Buffer.alloc(30_000_000, 'a');
    const get = async () => {
      most = Math.max(most, ++held);
      await new Promise((resolve) => setTimeout(resolve, 20));
      held -= 1;
      return bytes;
    };
    const reader = new FileReader({ get } as unknown as FileStore);
    const file = (n: number) => ({
      name: 'a.txt',
      mediaType: 'text/plain',
      size: bytes.length,
      file: `${n}`,
    });
    const reading = Array.from({ length: 8 }, (_, n) => reader.read(file(n), { maxChars: 10, signal }));
    for (const found of await Promise.all(reading)) expect(found).toMatchObject(text('a'.repeat(10), true));
    expect(most).toBe(2);
  });

  it('hold nobody up meanwhile', async () => {
    const large = await docx(Array.from({ length: 20_000 }, (_, n) => `paragraph ${n}`));
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    expect(await read(large, 'a.docx', { maxChars: 100 })).toMatchObject({ kind: 'text', cut: true });
    clearInterval(ticking);
    expect(longest).toBeLessThan(1000);
  });
});

describe('[http-and-cli.5] pictures', () => {
  const seen = async (bytes: Buffer, name: string) => {
    const found = await read(bytes, name, { sees: true });
    if (found.kind !== 'image') throw new Error(JSON.stringify(found));
    const { width, height, format } = await sharp(found.image.bytes).metadata();
    expect(found.image.mediaType).toBe(`image/${format}`);
    return { pixels: width * height, bytes: found.image.bytes.length, format, width, height };
  };

  it('are given as they are where they are small enough', async () => {
    const small = await noise(100, 50);
    const found = await read(small, 'a.png', { sees: true });
    expect(found).toMatchObject({ kind: 'image', image: { mediaType: 'image/png', bytes: small } });
  });

  it.each(['png', 'jpeg', 'webp'] as const)(
    'are made as small as the model takes them: %s',
    async (format) => {
      const found = await seen(await noise(1600, 800, format), `a.${format}`);
      expect(found.pixels).toBeLessThanOrEqual(image.maxPixels);
      expect(found.bytes).toBeLessThanOrEqual(image.maxBytes);
      expect(found.width / found.height).toBeCloseTo(2, 1);
    },
  );

  it('are the first of those that move', async () => {
    const frames = await Promise.all([noise(20, 20), noise(20, 20)]);
    const moving = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await seen(moving, 'a.gif')).toMatchObject({ width: 20, height: 20 });
  });

  it('stay named where nothing sees them, or they are none', async () => {
    expect(await read(await noise(10, 10), 'a.png')).toMatchObject({ kind: 'nothing' });
    const broken = (await noise(100, 100, 'jpeg')).subarray(0, 200);
    expect(await read(broken, 'a.jpg', { sees: true })).toMatchObject({ kind: 'nothing' });
  });
});

describe('what was read', () => {
  /** Reads so many files of this text, and then again, and counts how often bytes were fetched. */
  async function fetches(files: number, words: string): Promise<number> {
    let fetched = 0;
    const get = async () => {
      fetched += 1;
      return Buffer.from(words);
    };
    const reader = new FileReader({ get } as unknown as FileStore);
    for (let at = 0; at < 2 * files; at++) {
      const attachment = { name: 'a.txt', mediaType: 'text/plain', size: words.length };
      await reader.read({ ...attachment, file: `f${at % files}` }, { maxChars: 10, signal });
    }
    return fetched;
  }

  it('is not read again', async () => {
    expect(await fetches(400, 'short')).toBe(400);
    expect(await fetches(30, 'x'.repeat(250_000))).toBe(30);
  });

  it('is kept as long as it fills no memory', async () => {
    expect(await fetches(60, 'x'.repeat(250_000))).toBe(120);
  });
});
