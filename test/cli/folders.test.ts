import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carrier, lastWord, nobody } from './carrier.js';

const quick = { CARRIER_PORT: '0', CARRIER_EMBEDDER: 'none', CARRIER_LOG_LEVEL: 'error' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-folders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const told = async (args: string[], command?: string[]) =>
  lastWord(await carrier(args, { cwd: folder, env: quick, command }));

describe('[http-and-cli.10] a data folder that cannot be used is one line', () => {
  it.each([
    ['a file in its place', 'file', 'a file is in its place'],
    ['a file above it', 'file/data/deep', 'a file is in its place'],
    ['a device above it', '/dev/null/data', '(/dev/null)'],
    ['a place that takes no folders', '/proc/carrier', 'cannot be made'],
    ['a missing parent there', '/proc/a/b/c', 'cannot be made'],
    ['a folder there', '/proc', 'cannot be'],
    ['a place below /sys', '/sys/carrier', 'cannot be used'],
    ['a link that leads nowhere', 'link', 'cannot be used'],
    ['a link in a circle', 'circle/data', 'cannot be used'],
    ['a name too long', 'x'.repeat(300), 'cannot be used'],
  ])('%s', async (_, dataDir, reason) => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'nowhere', 'deep'), join(folder, 'link'));
    symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
    for (const args of [['start'], ['chat']]) {
      const line = await told([...args, '--data-dir', dataDir]);
      expect(line).toContain(reason);
      expect(line).toContain('CARRIER_DATA_DIR');
    }
  });

  it.skipIf(!nobody)('one of another user, and one with files of another user', async () => {
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    chmodSync(folder, 0o755);
    for (const dataDir of ['data', 'data/deep', 'new'])
      expect(await told(['start', '--data-dir', dataDir], nobody!)).toMatch(
        /this user may not write there \(EACCES\).*CARRIER_DATA_DIR/,
      );
    chmodSync(join(folder, 'data'), 0o777);
    writeFileSync(join(folder, 'data', 'hub.lock'), '', { mode: 0o600 });
    expect(await told(['start', '--data-dir', 'data'], nobody!)).toMatch(/hub\.lock.*Give the folder/);
    rmSync(join(folder, 'data', 'hub.lock'));
    writeFileSync(join(folder, 'data', 'admin-token'), 'secret\n', { mode: 0o600 });
    expect(await told(['start', '--data-dir', 'data'], nobody!)).toMatch(/admin-token/);
  });

  it.skipIf(!canMount())('a full disk, and one that is mounted for reading', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]);
    try {
      expect(() => writeFileSync(join(disk, 'all'), Buffer.alloc(100_000))).toThrow();
      for (const dataDir of [disk, join(disk, 'data')])
        expect(await told(['start', '--data-dir', dataDir])).toMatch(/disk is full.*CARRIER_DATA_DIR/);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await told(['start', '--data-dir', disk])).toMatch(/read-only.*CARRIER_DATA_DIR/);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('and so it is for the doctor, who makes nothing', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const dataDir of ['/proc/carrier', 'file/data']) {
      const { code, stdout } = await carrier(['doctor', '--data-dir', dataDir], { cwd: folder, env: quick });
      expect(stdout).toMatch(/no {2}the data folder .* can be written\n +The folder .*CARRIER_DATA_DIR/);
      expect(code).toBe(1);
    }
    await carrier(['doctor', '--data-dir', 'new/deep'], { cwd: folder, env: quick });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('and one that can be used is left without a trace of the trial', async () => {
    const dataDir = join('new', 'data');
    expect(await told(['start', '--data-dir', dataDir, '--host', '192.0.2.1'])).toContain('CARRIER_HOST');
    expect(readdirSync(join(folder, dataDir)).filter((file) => file.startsWith('.'))).toEqual([]);
  });
});

describe('[http-and-cli.10] a folder of characters that cannot be used is one line', () => {
  it.each([
    ['a file', 'file', 'is a file'],
    ['below a file', 'file/deep', 'is a file'],
    ['missing', 'nowhere', 'carrier init'],
  ])('%s', async (_, characters, reason) => {
    writeFileSync(join(folder, 'file'), '');
    const line = await told(['start', '--characters', characters]);
    expect(line).toContain(reason);
    expect(line).toContain('CARRIER_CHARACTERS_DIR');
  });

  it.skipIf(!nobody)('of another user', async () => {
    mkdirSync(join(folder, 'mine'), { mode: 0o700 });
    chmodSync(folder, 0o777);
    expect(await told(['start', '--characters', 'mine'], nobody!)).toMatch(
      /mine cannot be read by this user \(EACCES\).*CARRIER_CHARACTERS_DIR/,
    );
  });

  it('./characters itself', async () => {
    writeFileSync(join(folder, 'characters'), '');
    expect(await told(['start'])).toContain('is a file');
    for (const how of ['--copy', '--yes']) expect(await told(['init', how])).toContain('is in its place');
  });
});

function canMount(): boolean {
  const disk = mkdtempSync(join(tmpdir(), 'carrier-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'none', disk], { stdio: 'ignore' });
    execFileSync('umount', [disk]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(disk, { recursive: true });
  }
}
