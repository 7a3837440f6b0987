import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FatalError } from '../../src/extension-api.js';
import { loadPlugin } from '../../src/plugin/loader.js';

const builtinDir = new URL('../../plugins/', import.meta.url);
const root = mkdtempSync(join(tmpdir(), 'carrier-loader-'));
const baseDir = join(root, 'characters');
const load = (name: string) => loadPlugin(name, { builtinDir, baseDir });

function put(path: string, text: string): void {
  const file = join(baseDir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A schema as a plugin's own copy of zod would bring it. */
const zod = `import { z } from ${JSON.stringify(import.meta.resolve?.('zod') ?? 'zod')};`;
const schema = 'z.object({ city: z.string() })';
const action = (changes = '') =>
  `{ name: 'go', description: 'Goes there.', parameters: ${schema}, async run() { return 'gone' }, ${changes} }`;

beforeAll(() => {
  mkdirSync(baseDir, { recursive: true });
  put('good.mjs', `${zod} export default { name: 'good', actions: [${action()}] };`);
  put('node_modules/boxed/package.json', '{ "name": "boxed", "main": "main.cjs" }');
  put(
    'node_modules/boxed/main.cjs',
    `module.exports = { name: 'boxed', contextProviders: [{ name: 'c', async provide() { return null } }] };`,
  );
  put('node_modules/@me/esm/package.json', '{ "name": "@me/esm", "type": "module", "exports": "./main.js" }');
  put(
    'node_modules/@me/esm/main.js',
    `export default { name: 'esm', evaluators: [{ name: 'e', async judge() { return { accept: true } } }] };`,
  );
  put('../secret.mjs', `globalThis.leaked = true; export default { name: 'secret' };`);
  put(
    'classy.mjs',
    `class P { name = 'classy'; n = 7; contextProviders = [{ name: 'c', provide: async () => String(this.n) }] } export default new P();`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('finding', () => {
  it('takes a bare name from the hub’s own folder', async () => {
    expect(await load('time')).toMatchObject({ name: 'time' });
  });

  it('takes a path from the base folder, once', async () => {
    const plugin = await load('./good.mjs');
    expect(plugin.name).toBe('good');
    expect(await load('./good.mjs')).toBe(plugin);
    expect(await load(join(baseDir, 'good.mjs'))).toMatchObject({ name: 'good' });
  });

  it('takes an npm package beside the base folder, CommonJS or ESM, scoped or not', async () => {
    expect(await load('boxed')).toMatchObject({ name: 'boxed' });
    expect(await load('@me/esm')).toMatchObject({ name: 'esm' });
  });

  it('hands over the plugin itself, so that its methods keep their `this`', async () => {
    const { contextProviders } = await load('./classy.mjs');
    expect(await contextProviders![0]!.provide({} as never)).toBe('7');
  });

  it('names what there is when there is none of the name', async () => {
    await expect(load('wether')).rejects.toThrow(
      'The plugin "wether" was not found. The hub\'s own plugins: calculate, remember, time. Install it with "npm install wether", or name a file: "./wether.js".',
    );
    await expect(load('./nothing.mjs')).rejects.toThrow('there is no file');
  });

  it.each([
    'time/../../secret',
    'x/../secret',
    '..',
    '.',
    '',
    'a b',
    'node:fs',
    'fs',
    'data:text/javascript,1',
    'https://example.com/p.js',
    'file:///etc/passwd',
    'time\0',
    '%2e%2e/secret',
  ])('is not led elsewhere by %j', async (name) => {
    await expect(load(name)).rejects.toMatchObject({ code: 'plugin_invalid' });
    expect(globalThis).not.toHaveProperty('leaked');
  });

  it('tries again what was missing', async () => {
    await expect(load('./later.mjs')).rejects.toThrow('no file');
    put('later.mjs', `${zod} export default { name: 'later', actions: [${action()}] };`);
    expect(await load('./later.mjs')).toMatchObject({ name: 'later' });
  });
});

describe('checking', () => {
  const actions = (...of: string[]) => `{ name: 'p', actions: [${of.join(', ')}] }`;
  it.each([
    ['undefined', 'default', 'must be the module’s default export'],
    ['() => 1', 'default', 'default export'],
    ['{ actions: [] }', 'name', 'must be a text'],
    [`{ name: 'p' }`, 'actions', 'brings nothing'],
    [`{ name: 'p', action: [${action()}] }`, 'actions', 'brings nothing'],
    [`{ name: 'p', actions: {} }`, 'actions', 'must be a list'],
    [actions(action(`name: 'go home'`)), 'actions[0].name', 'letters, digits'],
    [actions(action(`name: '${'x'.repeat(65)}'`)), 'actions[0].name', '1 to 64'],
    [actions(action(), action(`description: 'Other.'`)), 'actions[1].name', 'two actions named "go"'],
    [actions(action(`description: ' '`)), 'actions[0].description', 'when to use'],
    [actions(action('run: 1')), 'actions[0].run', 'must be a function'],
    [actions(action('phrases: /x/')), 'actions[0].phrases', 'must be a list'],
    [actions(action('phrases: [{ where: {} }]')), 'actions[0].phrases[0]', 'must be a text, or an object'],
    [actions(action(`phrases: ['go', 'go to {town}']`)), 'actions[0].phrases[1]', 'names "town"'],
    [actions(action(`phrases: ['go [home']`)), 'actions[0].phrases[0]', 'cannot be matched'],
    [actions(action('timeoutMs: -1')), 'actions[0].timeoutMs', 'at least 1 ms'],
    [actions(action('parameters: { city: String }')), 'actions[0].parameters', 'must be a zod schema'],
    [actions(action('parameters: { safeParse() {}, _def: {} }')), 'actions[0].parameters', 'zod 4'],
    [actions(action('parameters: z.string()')), 'actions[0].parameters', 'must be a z.object'],
    [actions(action('parameters: z.object({ when: z.date() })')), 'actions[0].parameters', 'JSON Schema'],
    [`{ name: 'p', contextProviders: [{ name: 'c' }] }`, 'contextProviders[0].provide', 'must be a function'],
    [`{ name: 'p', evaluators: [{ name: 'e', judge: true }] }`, 'evaluators[0].judge', 'must be a function'],
  ])('refuses %s', async (source, field, message) => {
    const file = `./bad-${field.replace(/\W/g, '')}-${Math.abs(hash(source))}.mjs`;
    put(file, `${zod} export default ${source};`);
    const error = await load(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code: 'plugin_invalid', field, message: expect.stringContaining(file) });
    expect((error as Error).message).toContain(message);
  });

  it('says why a module does not load', async () => {
    put('throws.mjs', `throw new Error('no licence key');`);
    await expect(load('./throws.mjs')).rejects.toThrow(
      'The plugin "./throws.mjs" could not be loaded: no licence key.',
    );
  });
});

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
