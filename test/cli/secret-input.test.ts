import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSecret } from '../../src/cli/secret-input.js';

function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  let shown = '';
  const screen = new Writable({
    write(chunk, _, done) {
      shown += chunk;
      done();
    },
  });
  return { input, screen, shown: () => shown };
}

describe('reading a secret', () => {
  it('from a pipe takes all of it, without the last line’s end', async () => {
    const whole = '-----BEGIN-----\nätsch\n-----END-----';
    const bytes = Buffer.from(`${whole}\r\n`);
    // Cut within a character.
    expect(await readSecret('value: ', Readable.from([bytes.subarray(0, 17), bytes.subarray(17)]))).toBe(
      whole,
    );
  });

  it.each([
    ['text', [Buffer.from([0xff, 0xfe, 0x41])]],
    ['longer', Array.from({ length: 20 }, () => Buffer.alloc(65_536, 'a'))],
  ])('from a pipe refuses what is not or is: %s', async (word, pieces) => {
    await expect(readSecret('value: ', Readable.from(pieces))).rejects.toThrow(word);
  });

  it('from a terminal shows the question and nothing of the answer', async () => {
    const { input, screen, shown } = terminal();
    const read = readSecret('value: ', input, screen);
    input.write('typed-secrex\x7ft\r');
    expect(await read).toBe('typed-secret');
    expect(shown()).toBe('value: \n');
  });

  it('from a terminal refuses a paste of several lines, and leaves none of it to the shell', async () => {
    const { input, screen } = terminal();
    const read = readSecret('value: ', input, screen);
    input.write('-----BEGIN-----\rabc\r-----END-----\r');
    await expect(read).rejects.toThrow('several lines');
    expect(input.readableLength).toBe(0);
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('can be broken off with %s', async (_, pressed) => {
    const { input, screen } = terminal();
    const read = readSecret('value: ', input, screen);
    input.write(`half${pressed === '\x03' ? '' : '\x15'}${pressed}`);
    await expect(read).rejects.toThrow('nothing has changed');
  });
});
