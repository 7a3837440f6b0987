import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { decode } from '../../src/files/encoding.js';
import { FileReader } from '../../src/files/reader.js';
import type { FileStore } from '../../src/store/file-store.js';
import { tellingTerms, termsOf } from '../../src/store/words.js';
import { held, names } from './held.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const megabyte = 2 ** 20;

/** What is in use now, without garbage; long texts lie outside of the heap. */
function usedMb(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / megabyte;
}

describe('of files that were read, the hub keeps', () => {
  async function kept(files: string[], letters: number): Promise<number> {
    let asked = 0;
    const get = async () => {
      asked++;
      return Buffer.alloc(letters, 'x');
    };
    const reader = new FileReader({ get } as unknown as FileStore);
    const read = (file: string) =>
      reader.read(
        { name: 'a.txt', mediaType: 'text/plain', size: letters, file },
        { maxChars: 1000, signal: new AbortController().signal },
      );
    for (const file of files) await read(file);
    return held(files, read, () => asked);
  }

  it('8,000,000 letters of text (src/files/reader.ts)', async () => {
    const count = await kept(names('file', 60), 190_000);
    expect(count * 190_000).toBeLessThanOrEqual(8_000_000);
    expect(count * 190_000).toBeGreaterThan(7_000_000);
  });

  it('500 small ones', async () => {
    expect(await kept(names('file', 520), 10)).toBe(500);
  });

  it('only the part that it took, not the whole text', async () => {
    const parts: string[] = [];
    const before = usedMb();
    for (let i = 0; i < 20; i++) parts.push((await decode(Buffer.alloc(megabyte, 'x'), 262_144)).text);
    expect(parts.join('').length).toBe(5 * megabyte);
    // What an earlier test leaves behind may be collected late.
    await vi.waitFor(() => expect(usedMb() - before).toBeLessThan(12), { timeout: 5_000 });
  });
});

describe('of texts whose words were taken, nothing is kept but words (src/store/words.ts)', () => {
  /** A word of its own for each number, of so many letters. */
  const word = (n: number, letters: number) =>
    [...String(n)]
      .map((digit) => 'bcdfghjklm'[Number(digit)])
      .join('')
      .padEnd(letters, 'xz');

  const textCount = 200;

  it.each([
    ['stems, of which 5,000 are kept', termsOf, 'some words here. ', 20],
    ['words that were asked for', tellingTerms, 'some words here. ', 21],
    ['words with accents', termsOf, 'des mots à côté. ', 22],
    ['words longer than are kept whole', termsOf, 'some words here. ', 100],
  ])('%s', (_, terms, filler, letters) => {
    const kept: string[] = [];
    const before = usedMb();
    for (let n = 0; n < textCount; n++)
      kept.push(...terms(`${word(n, letters)} ${filler.repeat(6000)}`).filter((term) => term.length > 12));
    expect(new Set(kept).size).toBeGreaterThanOrEqual(letters < 64 ? textCount : 1);
    // The texts are 20 MB and more.
    expect(usedMb() - before).toBeLessThan(10);
  });
});
