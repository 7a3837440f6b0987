import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { loadPlugin } from '../../src/plugin/loader.js';
import { pluginContract } from '../../src/testing/plugin.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'plugins/README.md'), 'utf8');
const example = /```ts\n(.+?)```/s.exec(readme)![1]!;

/** A hub of its own, where the example stands where the page says it should. */
const hub = mkdtempSync(join(tmpdir(), 'carrier-readme-'));
mkdirSync(join(hub, 'plugins'));
writeFileSync(join(hub, 'plugins/dice.ts'), example);
writeFileSync(
  join(hub, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: true,
      incremental: false,
      tsBuildInfoFile: null,
      rootDir: '/',
    },
    include: ['plugins'],
  }),
);
writeFileSync(join(hub, 'package.json'), '{ "type": "module" }');
symlinkSync(join(root, 'node_modules'), join(hub, 'node_modules'));
symlinkSync(join(root, 'src'), join(hub, 'src'));
afterAll(() => rmSync(hub, { recursive: true, force: true }));

const load = () => loadPlugin('dice', { builtinDir: join(hub, 'plugins'), baseDir: hub });

pluginContract('dice', load, { roll_dice: { dice: 2 } });

it('the example compiles, strictly', async () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [
    tsc,
    '-p',
    hub,
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules/@types'),
  ]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

it('the example understands people', async () => {
  const [roll] = (await load()).actions!;
  expect(roll!.recognise!('roll 2d6')).toEqual({ dice: 2, sides: 6 });
  expect(roll!.recognise!('please roll d20!')).toEqual({ dice: 1, sides: 20 });
  expect(roll!.recognise!('let the good times roll')).toBeNull();
});

it('the contract table names the parts the port has', () => {
  const port = readFileSync(join(root, 'src/plugin/plugin.ts'), 'utf8');
  const parts = [...readme.split('## A complete one')[0]!.matchAll(/^\| `(?:(\w+)\[\]\.)?(\w+)` +\|/gm)].map(
    ([, list, field]) => ({
      list,
      field: field!,
    }),
  );
  expect(parts.length).toBeGreaterThanOrEqual(9);
  for (const { list, field } of parts) {
    expect(port).toMatch(new RegExp(`\\b${field}\\??[:(<]`));
    if (list) expect(port).toContain(`${list}?:`);
  }
});
