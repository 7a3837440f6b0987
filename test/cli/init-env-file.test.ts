import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsIn } from '../../src/cli/environment-file.js';
import { quoted, withSettings } from '../../src/cli/init/env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-env-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a person's shell reads it: `set -a; . ./.env`. */
function shell(bytes: Buffer, name: string): string {
  writeFileSync(join(folder, '.env'), bytes);
  const script = `set -a; . ./.env; printf '%s' "$${name}"`;
  return execFileSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH! },
  });
}

/**
 * As Docker Compose reads an env file, by the rules of https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax:
 * in single quotes all is literal but `\'`; in double quotes `$` and backslashes mean something; without quotes `$` does,
 * and ` #` begins a remark.
 */
function compose(bytes: Buffer, name: string): string {
  const line = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .findLast((one) => one.replace(/^export /, '').startsWith(`${name}=`))!;
  const value = line.slice(line.indexOf('=') + 1);
  const single = /^'((?:[^'\\]|\\.)*)'/.exec(value);
  if (single) return single[1]!.replaceAll("\\'", "'");
  const inner = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1] ?? value.replace(/\s+#.*$/, '').trim();
  if (/[$\\]/.test(inner)) throw new Error(`Compose would change ${inner}`);
  return inner;
}

const values = [
  'a$b c # d',
  '{"a":"b"}',
  '4242:AAtest-token_of-the-test-server',
  'sk-proj-abc_DEF-123',
  "it's mine",
  "it's a # hash",
  'back\\slash in it',
  '`date` $(date) $HOME ~ !! & | ; < > * ?',
  'Bär 🕊 – “quoted”',
  'https://user:p%40ss@host:8443/path?q=1&r=2#part',
  '=starts=with=',
  ' spaces around ',
];

const existing = [
  '# My settings; über all.',
  'FIRST=1 # stays',
  '',
  '  export  KEPT = "a b"   # odd spaces',
  "LONG='line one",
  'NAME=not a setting',
  "line three'",
  '# NAME=',
  'LAST=no newline',
].join('\n');

describe('[seen.38] a setting in .env', () => {
  it.each(values)('is read back by the hub, a shell and compose: %s', (value) => {
    for (const before of [null, Buffer.from(existing)]) {
      const after = withSettings(before, { NAME: value });
      expect(settingsIn(after).NAME).toBe(value);
      if (before) continue;
      expect(shell(after, 'NAME')).toBe(value);
      expect(compose(after, 'NAME')).toBe(value);
    }
  });

  it('leaves every other byte as it is, also the second time', () => {
    const crlf = existing.replaceAll('\n', '\r\n');
    for (const text of [existing, crlf, `\uFEFF${existing}`]) {
      const newline = text.includes('\r') ? '\r\n' : '\n';
      const first = withSettings(Buffer.from(text), { NAME: 'a$b c # d', FIRST: '2', NEW: 'x' }).toString();
      const by = (name: string) =>
        text
          .replace('FIRST=1 # stays', `FIRST=2 # stays`)
          .replace(`# NAME=${newline}`, `# NAME=${newline}NAME=${name}${newline}`)
          .concat(`${newline}NEW=x${newline}`);
      expect(first).toBe(by(`'a$b c # d'`));
      const second = withSettings(Buffer.from(first), { NAME: '{"a":"b"}' }).toString();
      expect(second).toBe(by(`'{"a":"b"}'`));
    }
  });

  it('keeps remarks that are in no known encoding, and files of PowerShell', () => {
    const latin = Buffer.from('# f\xfcr mich\nA=1\n', 'latin1');
    expect(withSettings(latin, { B: 'ü' }).equals(Buffer.concat([latin, Buffer.from("B='ü'\n")]))).toBe(true);
    for (const turn of [(one: Buffer) => one, (one: Buffer) => Buffer.from(one).swap16()]) {
      const wide = turn(Buffer.from('\uFEFFA=1\r\n', 'utf16le'));
      const after = withSettings(wide, { A: '2', B: 'ü x' });
      expect(turn(after).toString('utf16le')).toBe("\uFEFFA=2\r\nB='ü x'\r\n");
    }
  });

  it('takes the place of the last value where there are two, of spaces that a shell refuses, and of what follows a quote', () => {
    expect(withSettings(Buffer.from('A=1\nA=2\nB=3'), { A: '4' }).toString()).toBe('A=1\nA=4\nB=3');
    expect(withSettings(Buffer.from('export A = "1"#r\n'), { A: '' }).toString()).toBe('export A= #r\n');
    expect(withSettings(Buffer.from("A='1'x\n"), { A: '2' }).toString()).toBe('A=2\n');
  });

  it.each([
    ['line one\nINJECTED=1', 'line break'],
    ['a\rb', 'line break'],
    ['nul\0', 'cannot be seen'],
    [`it's $HOME`, 'NAME_FILE'],
    ['ends with \\', 'NAME_FILE'],
  ])('is refused where it cannot be one: %j', (value, word) => {
    expect(() => quoted('NAME', value)).toThrow(word);
    expect(() => withSettings(Buffer.from('A=1\n'), { NAME: value })).toThrow(word);
  });

  it('is not written into a file with a quote that would swallow it', () => {
    const open = Buffer.from("A='open\n# remark\n");
    expect(() => withSettings(open, { B: 'x y' })).toThrow('a quote may be open');
    expect(settingsIn(withSettings(open, { A: 'x y' }))).toEqual({ A: 'x y' });
  });
});
