import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretFile } from '../src/secret-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a secret in a file', () => {
  it('[http-and-cli.20] is the whole file: who signs with its bytes signs as the hub does', () => {
    const path = join(folder, 'callback-secret');
    const { secret, created } = secretFile(path, 'carrier_callback_');
    expect([created, statSync(path).mode & 0o777]).toEqual([true, 0o600]);
    const sign = (key: string | Buffer) => createHmac('sha256', key).update('body').digest('hex');
    expect(sign(readFileSync(path))).toBe(sign(secret));
    expect(secretFile(path, 'other_')).toEqual({ secret, created: false });
  });

  it.each(['\n', '\r\n', '  \n\n'])(
    '[http-and-cli.20] loses what stands behind it, as %j of an older hub',
    (end) => {
      const path = join(folder, 'callback-secret');
      writeFileSync(path, `carrier_callback_abc${end}`);
      expect(secretFile(path, '').secret).toBe('carrier_callback_abc');
      expect(readFileSync(path, 'utf8')).toBe('carrier_callback_abc');
    },
  );

  it('is made where the file is empty', () => {
    const path = join(folder, 'callback-secret');
    writeFileSync(path, '\n');
    expect(secretFile(path, 'new_')).toMatchObject({ created: true, secret: expect.stringMatching(/^new_/) });
  });
});
