import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import type { Plugin, PluginExtension } from '../../src/extension-api.js';
import { pluginContract } from '../../src/testing/plugin.js';
import { askedOf } from '../support/phrases.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'plugins/README.md'), 'utf8');
const [example, everything] = [...readme.matchAll(/^```ts\n(import .+?)```/gms)].map(([, code]) =>
  // As the plugins of this folder import it: the package is not installed in itself.
  code!.replace("'carrier-hub'", "'../src/extension-api.js'"),
);

/** A hub of its own, where the examples stand where the page says they should. */
const hub = mkdtempSync(join(tmpdir(), 'carrier-readme-'));
mkdirSync(join(hub, 'plugins'));
writeFileSync(join(hub, 'plugins/dice.ts'), example!);
writeFileSync(join(hub, 'plugins/tickets.ts'), everything!);
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

const load = async <P extends Plugin | PluginExtension>(name: string) =>
  ((await import(join(hub, `plugins/${name}.ts`))) as { default: P }).default;

pluginContract('dice', () => load('dice'), { roll_dice: { dice: 2 } });
pluginContract(
  'tickets',
  () => load('tickets'),
  { open_ticket: { title: 'The lamp is broken' } },
  { hookSecret: 'hook' },
);

it('the examples compile, strictly', async () => {
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
  const [roll] = (await load<Plugin>('dice')).actions!;
  expect(askedOf(roll!, 'roll 2d6')).toEqual({ dice: 2, sides: 6 });
  expect(askedOf(roll!, 'please roll d20!')).toEqual({ sides: 20 });
  expect(askedOf(roll!, 'roll the dice')).toEqual({});
  expect(askedOf(roll!, 'roll 99d6')).toBeNull();
  expect(askedOf(roll!, 'let the good times roll')).toBeNull();
});

it('the contract table names the parts the port has', () => {
  const port = ['plugin', 'hooks']
    .map((file) => readFileSync(join(root, `src/plugin/${file}.ts`), 'utf8'))
    .join();
  const parts = [
    ...readme.split('## A complete one')[0]!.matchAll(/^\| `(?:(\w+)(?:\[\])?\.)?(\w+)` +\|/gm),
  ].map(([, list, field]) => ({
    list,
    field: field!,
  }));
  expect(parts.length).toBeGreaterThanOrEqual(20);
  for (const { list, field } of parts) {
    expect(port).toMatch(new RegExp(`\\b${field}\\??[:(<]`));
    if (list) expect(port).toContain(`${list}?:`);
  }
});
