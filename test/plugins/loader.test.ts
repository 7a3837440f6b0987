import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pluginDefinition } from '../../src/extensions/plugin-shape.js';
import { agentWith, pluginsOf } from '../support/plugins.js';

const root = mkdtempSync(join(tmpdir(), 'carrier-loader-'));
const baseDir = join(root, 'characters');
const pluginsDir = join(root, 'plugins');
/** Packages are allowed by the settings alone. */
const listed = 'boxed,@me/esm,several';
const env = { CARRIER_PLUGINS_DIR: pluginsDir, CARRIER_EXTENSIONS: listed };
const problems = async (...names: string[]) =>
  (await pluginsOf({ charactersDir: baseDir, env })).problems(agentWith(...names));
const running = async (...names: string[]) =>
  (await pluginsOf({ charactersDir: baseDir, env })).of(agentWith(...names));
const load = async (name: string) => (await running(name))[0]!;

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
  const provider = (name: string) =>
    `{ name: '${name}', contextProviders: [{ name: 'c', async provide() { return null } }] }`;
  put('node_modules/several/package.json', '{ "name": "several", "type": "module", "exports": "./main.js" }');
  put('node_modules/several/main.js', `export default [${provider('one')}, ${provider('two')}];`);
  put('node_modules/unlisted/package.json', '{ "name": "unlisted", "type": "module", "main": "main.mjs" }');
  const evil = `globalThis.leaked = true; export default ${provider('evil')};`;
  put('node_modules/unlisted/main.mjs', evil);
  put('../evil.mjs', evil);
  put('../characters-evil/evil.mjs', evil);
  put('sub/.keep', '');
  put('assistant.json', '{ "name": "Ada", "bio": "." }');
  put('../plugins/elsewhere.mjs', `export default ${provider('elsewhere')};`);
  symlinkSync(join(root, 'evil.mjs'), join(baseDir, 'linked.mjs'));
  symlinkSync(join(root, 'characters-evil'), join(baseDir, 'linked'));
  symlinkSync(join(baseDir, 'good.mjs'), join(baseDir, 'link.mjs'));
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

  it('takes a file from the characters’ folder or the plugins’ folder, once', async () => {
    const names = ['./good.mjs', join(baseDir, 'good.mjs'), './sub/../good.mjs', './link.mjs'];
    const plugins = await pluginsOf({ charactersDir: baseDir, env });
    const found = await plugins.of(agentWith(...names));
    expect(found.map(({ name }) => name)).toEqual(['good']);
    expect(await load('./elsewhere.mjs')).toMatchObject({ name: 'elsewhere' });
    expect(await load(join(pluginsDir, 'elsewhere.mjs'))).toMatchObject({ name: 'elsewhere' });
  });

  it('takes packages that the settings list, CommonJS or ESM, scoped or not', async () => {
    expect(await load('boxed')).toMatchObject({ name: 'boxed' });
    expect(await load('@me/esm')).toMatchObject({ name: 'esm' });
    expect(await load('esm')).toMatchObject({ name: 'esm' });
    expect(await problems('several')).toMatchObject([{ message: expect.stringContaining('one, two') }]);
    expect(await load('two')).toMatchObject({ name: 'two' });
  });

  it('hands over the plugin itself, so that its methods keep their `this`', async () => {
    const { contextProviders } = (await load('./classy.mjs')).parts;
    expect(await contextProviders![0]!.provide({} as never)).toBe('7');
  });

  it('[http-and-cli.7] names what was meant, or what there is', async () => {
    expect(await problems('time', 'tme', 'wether')).toEqual([
      { field: 'plugins[1]', message: expect.stringContaining('"tme" was not found; did you mean "time"?') },
      {
        field: 'plugins[2]',
        message: expect.stringMatching(/"wether" was not found; there are: .*calculate.*remember.*time/),
      },
    ]);
    expect(await problems('./nothing.mjs')).toMatchObject([
      { message: expect.stringContaining('there is no file') },
    ]);
  });

  it.each([
    '../../../run/evil.mjs',
    '../evil.mjs',
    './../evil.mjs',
    './sub/../../evil.mjs',
    join(root, 'evil.mjs'),
    `${baseDir}/../evil.mjs`,
    `${baseDir}-evil/evil.mjs`,
    `file://${root}/evil.mjs`,
    '..\\evil.mjs',
    '.\\..\\evil.mjs',
    './..\\evil.mjs',
    './%2e%2e/evil.mjs',
    '%2e%2e/evil.mjs',
    './evil.mjs\0.mjs',
    './linked.mjs',
    './linked/evil.mjs',
    './node_modules/unlisted/main.mjs',
    'unlisted',
    'unlisted/main.mjs',
    'boxed/main.cjs',
    'boxed/../unlisted/main.mjs',
    './assistant.json',
    './sub',
    '.',
    '..',
    './',
    '/',
    '',
    ' ',
    'a b',
    'time/../../evil',
    'time\0',
    '__proto__',
    'constructor',
    'node:fs',
    'fs',
    'data:text/javascript,globalThis.leaked=true',
    'https://example.com/evil.mjs',
    '~/evil.mjs',
  ])('[security.16] is not led out of the allowed folders and packages by %j', async (name) => {
    expect(await problems(name)).toMatchObject([
      { field: 'plugins[0]', message: expect.stringMatching(/^The plugin ".*" (is|was) /s) },
    ]);
    expect(await running(name)).toEqual([]);
    expect(globalThis).not.toHaveProperty('leaked');
  });

  it('[security.16] does not tell whether there is a file outside', async () => {
    const [there, not] = await problems('../evil.mjs', '../nothing.mjs');
    expect(there!.message.replace('evil', 'nothing')).toBe(not!.message);
    expect(there!.message).toContain(baseDir);
    expect(there!.message).toContain(pluginsDir);
  });
});

describe('checking', () => {
  /** As a copy of the hub's package would have defined it. */
  const made = (changes: string) =>
    `{ [Symbol.for('carrier.extension')]: 1, kind: 'plugin', name: 'p', create() { return {} }, ${changes} }`;
  const actions = (...of: string[]) => `{ name: 'p', actions: [${of.join(', ')}] }`;
  it.each([
    ['undefined', 'default', 'must be the module’s default export'],
    ['() => 1', 'default', 'default export'],
    ['{ actions: [] }', 'name', 'must be a text'],
    [`{ name: 'p' }`, 'actions', 'brings nothing'],
    [`{ name: 'p', action: [${action()}] }`, 'action', 'unknown; did you mean "actions"?'],
    [`{ name: 'p', contextProvider: [] }`, 'contextProvider', 'did you mean "contextProviders"?'],
    [`{ name: 'p', actions: [], nonsense: 1 }`, 'nonsense', 'unknown; there are: '],
    [actions(action(`timeoutMS: 5`)), 'actions[0].timeoutMS', 'did you mean "timeoutMs"?'],
    [`{ name: 'p', evaluators: [{ name: 'e', juge() {} }] }`, 'evaluators[0].juge', 'did you mean "judge"?'],
    [`{ name: 'p', transforms: { inbond() {} } }`, 'transforms.inbond', 'did you mean "inbound"?'],
    [`{ name: 'p', transforms: {} }`, 'actions', 'brings nothing'],
    [`{ name: 'p', transforms: { outbound: 'x' } }`, 'transforms.outbound', 'must be a function'],
    [`{ name: 'p', events: { turns() {} } }`, 'events.turns', 'did you mean "turn"?'],
    [`{ name: 'p', rules: [{ name: 'r' }] }`, 'rules[0].judge', 'must be a function'],
    [
      `{ name: 'p', commands: [{ name: '/x', about: 'a', run() {} }] }`,
      'commands[0].name',
      'without the slash',
    ],
    [`{ name: 'p', commands: [{ name: 'x', run() {} }] }`, 'commands[0].about', '/help'],
    [`{ name: 'p', routes: { access: 'all', handler() {} } }`, 'routes.access', '"token" or "own"'],
    [made(`setings: z.object({})`), 'setings', 'did you mean "settings"?'],
    [made(`settings: { city: 'x' }`), 'settings', 'must be a z.object of zod 4'],
    [made(`name: 'My Plugin'`), 'name', 'must be a-z'],
    [made(`name: 'carrier-admin'`), 'name', "begins like the hub's own settings"],
    [made(`create: 1`), 'create', 'must be a function'],
    [made(`kind: 'connector'`), 'kind', 'is a connector, and no plugin'],
    [`{ name: 'p', routes: {} }`, 'routes.handler', 'must be a function'],
    [
      `new (class { name = 'p'; contextProvider = [] })()`,
      'contextProvider',
      'did you mean "contextProviders"?',
    ],
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
    const { default: exported } = await import(join(baseDir, file));
    const error = await (async () => pluginDefinition(file, exported))().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'plugin_invalid', field, message: expect.stringContaining(file) });
    expect((await problems(file))[0]!.message).toContain(message);
    expect(await running(file)).toEqual([]);
  });

  it('says why a module does not load', async () => {
    put('throws.mjs', `throw new Error('no licence key');`);
    expect(await problems('./throws.mjs')).toMatchObject([
      { message: 'The plugin "./throws.mjs" could not be loaded: no licence key.' },
    ]);
  });
});

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
