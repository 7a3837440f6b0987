import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertKeys, keyRingOf } from '../../src/encryption/key-ring.js';
import { redact } from '../../src/redaction.js';

const [a, b] = [randomBytes(32), randomBytes(32)] as [Buffer, Buffer];
const two = `one:${a.toString('base64')},two:${b.toString('base64')}`;
const field = 'CARRIER_ENCRYPTION_KEYS';
const folder = mkdtempSync(join(tmpdir(), 'carrier-keys-'));

describe('a key ring', () => {
  it('has the current key first, and keys for single purposes made of each', () => {
    const ring = keyRingOf(two)!;
    expect(ring.ids()).toEqual(['one', 'two']);
    expect(ring.current).toBe(ring.get('one'));
    expect(ring.get('three')).toBeNull();
    const { encrypt, index, file, check } = ring.current;
    const parts = [a.toString('hex'), encrypt.toString('hex'), index.toString('hex'), file];
    expect(new Set(parts).size).toBe(4);
    expect(encrypt).toHaveLength(32);
    expect(parts.some((part) => part.includes(check))).toBe(false);
    expect(check).not.toBe(ring.get('two')!.check);
  });

  it('is the same from hex, a file, and a command', () => {
    const file = join(folder, 'keys');
    writeFileSync(file, `# of ours\none:${a.toString('hex')}\r\n\ntwo:${b.toString('base64url')}\n`);
    const prints = join(folder, 'print keys.mjs');
    writeFileSync(prints, `console.log(process.argv[2].replace(',', '\\n'))`);
    for (const setting of [`file:${file}`, `command:"${process.execPath}" "${prints}" ${two}`])
      expect(
        keyRingOf(setting)!
          .ids()
          .map((id) => keyRingOf(setting)!.get(id)!.check),
      ).toEqual(['one', 'two'].map((id) => keyRingOf(two)!.get(id)!.check));
  });

  it('is absent without the setting', () => {
    expect(keyRingOf(undefined)).toBeNull();
    expect(keyRingOf(' ')).toBeNull();
  });

  it.each([
    ['no id', a.toString('base64'), 'key 1'],
    ['a short key', `one:${a.toString('base64').slice(4)}`, 'key 1'],
    ['a passphrase', 'one:correct horse battery staple', 'key 1'],
    ['an id twice', `one:${a.toString('base64')},one:${b.toString('base64')}`, 'twice'],
    ['a key twice', `one:${a.toString('base64')},two:${a.toString('hex')}`, 'same key'],
    ['a file that is not there', `file:${join(folder, 'none')}`, 'ENOENT'],
    ['no key', ',', 'no key'],
    ['a command that is not there', `command:${join(folder, 'none')}`, 'ENOENT'],
    ['a command that fails', `command:"${process.execPath}" -e process.exit(3)`, 'ended with 3'],
    ['a command that prints nothing', `command:"${process.execPath}" -e 1`, 'no key'],
  ])('is refused with %s, without the key in the message', (_, setting, problem) => {
    const refused = (() => {
      try {
        return keyRingOf(setting);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(refused).toMatchObject({ code: 'config_invalid', field });
    expect((refused as Error).message).toContain(problem);
    expect((refused as Error).message).not.toContain(a.toString('base64').slice(4, 20));
  });

  it('runs no shell', () => {
    expect(() => keyRingOf(`command:echo ${two}; touch ${join(folder, 'made')}`)).toThrow(/key 2/);
    expect(() => keyRingOf(`command:echo $HOME`)).toThrow(/key 1/);
  });

  it('is hidden in logs', () => {
    keyRingOf(two);
    expect(redact(`it was ${b.toString('base64')}.`)).not.toContain(b.toString('base64'));
  });
});

describe('[governed.31] the keys that a store names', () => {
  const ring = keyRingOf(two)!;
  const { id, check } = ring.current;
  it.each([
    ['no ring', null, [{ id, check }], 'is not set'],
    [
      'a missing key',
      ring,
      [
        { id, check },
        { id: 'old', check },
      ],
      '"old", which is not in',
    ],
    ['another key of that id', ring, [{ id: 'two', check }], 'another key of the id "two"'],
  ])('are refused with %s', (_, given, used, problem) => {
    expect(() => assertKeys(given, used, 'The database')).toThrow(
      expect.objectContaining({ code: 'config_invalid', field, message: expect.stringContaining(problem) }),
    );
  });

  it('are right where they are all there, or none is named', () => {
    assertKeys(ring, [{ id: 'two', check: ring.get('two')!.check }], 'The database');
    assertKeys(null, [], 'The database');
  });
});
