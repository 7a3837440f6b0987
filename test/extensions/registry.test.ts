import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnector, defineProvider, secret } from '../../src/extension-api.js';
import { builtin } from '../../src/extensions/builtin.js';
import { Registry } from '../../src/extensions/registry.js';
import { hubValues, readSettings, secretsOf, settingName } from '../../src/extensions/settings.js';
import { problemOfDefinition } from '../../src/extensions/shape.js';
import { Given } from '../../src/given.js';
import { redact } from '../../src/redaction.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-extensions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What `defineConnector` makes, without the hub: another copy of the package would make the same. */
const definition = (fields: string) =>
  `({ [Symbol.for('carrier.extension')]: 1, kind: 'connector', serves: 'hub', create: () => ({}), ${fields} })`;

describe('extensions that settings name', () => {
  it('[structure.1] come from files and from packages, whichever way these export', async () => {
    put('one.mjs', `export default ${definition("name: 'one'")};`);
    put(
      'node_modules/two/package.json',
      '{"name": "two", "exports": {"import": "./two.js"}, "type": "module"}',
    );
    put('node_modules/two/two.js', `export default [${definition("name: 'two'")}];`);
    put('node_modules/@me/three/package.json', '{"name": "@me/three", "main": "three.cjs"}');
    put('node_modules/@me/three/three.cjs', `module.exports = ${definition("name: 'three'")};`);
    const registry = await Registry.open({ modules: ['./one.mjs', 'two', '@me/three'], folder });
    expect(registry.problems).toEqual([]);
    const names = registry.list('connector').map(({ name }) => name);
    expect(names).toEqual([
      ...['http', 'openai-api', 'mcp-server', 'discord', 'telegram', 'slack', 'webhook', 'webchat'],
      ...['one', 'two', 'three'],
    ]);
  });

  it.each([
    ['./nowhere.mjs', '', /no file .*nowhere\.mjs/],
    ['not-installed', '', /npm install not-installed/],
    ['node:fs', '', /neither an npm package nor a path/],
    ['./syntax.mjs', 'export default {', /could not be loaded/],
    ['./throws.mjs', 'throw new Error("no licence");', /no licence/],
    ['./plain.mjs', 'export default { name: "x" };', /brings nothing/],
    ['./nothing.mjs', 'export const x = 1;', /made by defineConnector/],
    ['./empty.mjs', 'export default [];', /empty list/],
    ['./named.mjs', `export default ${definition("name: 'No Name'")};`, /name must be a-z/],
    ['./greedy.mjs', `export default ${definition("name: 'carrier-x'")};`, /name begins like the hub's own/],
    ['./taken.mjs', `export default ${definition("name: 'slack'")};`, /there is one of that name/],
    [
      './old.mjs',
      `export default ${definition("name: 'old', settings: {}")};`,
      /settings must be a z\.object/,
    ],
    ['./lame.mjs', `export default ${definition("name: 'lame', create: 1")};`, /create must be a function/],
    [
      './key.mjs',
      `export default ${definition("name: 'key', setings: {}")};`,
      /setings is unknown; did you mean "settings"\?$/,
    ],
    [
      './serves.mjs',
      `export default ${definition("name: 'serves', serves: 'all'")};`,
      /serves must be "agent" or "hub"/,
    ],
    [
      './step.mjs',
      `export default ${definition("name: 'step', setup: [{ title: 'A', txt: 'b' }]")};`,
      /setup\[0\]\.txt is unknown; did you mean "text"/,
    ],
    [
      './plugin.mjs',
      `export default ${definition("name: 'plugin', serves: 1")};`.replace("'connector'", "'plugin'"),
      /serves is unknown/,
    ],
    [
      './silent.mjs',
      `export default ${definition("name: 'silent', serves: 'agent'")};`,
      /startedBy must name the settings that start it/,
    ],
    [
      './never.mjs',
      `export default ${definition("name: 'never', serves: undefined, startedBy: []")};`,
      /startedBy must name the settings that start it/,
    ],
    [
      './unmade.mjs',
      "export default { name: 'unmade', settings: {}, create: () => ({}) };",
      /made by defineConnector/,
    ],
  ])(
    '[structure.1] are named with the fix when they are no good, and stop no other: %s',
    async (module, text, message) => {
      if (text) put(module, text);
      put('good.mjs', `export default ${definition("name: 'good'")};`);
      const registry = await Registry.open({ modules: [module, './good.mjs'], folder });
      expect(registry.problems).toMatchObject([{ module, message: expect.stringMatching(message) }]);
      expect(registry.get('connector', 'good')).toBeDefined();
    },
  );
});

describe('a definition', () => {
  const settings = z.object({ token: secret(), room: z.string().optional() });
  it.each([
    [
      { startedBy: ['tokn'] },
      /startedBy\[0\] names the setting "tokn", which there is not; did you mean "token"\?$/,
    ],
    [{ account: ['token', 'rom'] }, /account\[1\] .*did you mean "room"/],
    [{ token: 'botToken' }, /token names the setting "botToken".*there are: token, room/],
    [
      { setup: [{ title: 'A', text: 'b', settings: ['rooms'] }] },
      /setup\[0\]\.settings\[0\] .*did you mean "room"/,
    ],
    [{ startedBy: 'token' }, /startedBy must be a list/],
  ])('names no settings that it does not have: %j', async (fields, message) => {
    const create = () => ({}) as never;
    const brought = [
      defineConnector({ name: 'kk', settings, create, ...(fields as object) }),
      defineConnector({ name: 'good', settings, startedBy: ['room'], create }),
    ];
    const registry = await Registry.open({ modules: [], folder, brought });
    expect(registry.problems).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(registry.get('connector', 'good')).toBeDefined();
  });
});

it('the hub’s own extensions keep to the shape that those of others are held to', async () => {
  const own = (await Promise.all(builtin.map(async (load) => (await load()).default))).flat();
  expect(own.length).toBeGreaterThan(8);
  for (const definition of own) expect(problemOfDefinition(definition as object)).toBeFalsy();
});

describe('settings of an extension', () => {
  const settings = z.object({
    accessToken: secret(),
    homeServer: z.url().default('https://example.org'),
    retries: z.number().int().default(3),
    loud: z.boolean().default(false),
    rooms: z.array(z.string()).default([]),
    code: z.string().optional(),
    few: z.number().int().min(1).max(5).optional(),
  });
  const matrix = defineConnector({ name: 'ma-trix', settings, create: () => ({}) as never });
  const resolve = async (reference: string) => `value of ${reference}`;
  const read = (env: Record<string, string>, file: Record<string, unknown> = {}) =>
    readSettings(matrix, hubValues(matrix, new Given(env, { 'ma-trix': file })), { resolve });

  it('have names that follow from the fields', () => {
    expect(settingName('ma-trix', 'accessToken')).toBe('MA_TRIX_ACCESS_TOKEN');
    expect(secretsOf(matrix)).toEqual(['accessToken']);
    const wrapped = defineProvider({
      name: 'x',
      settings: z.object({
        a: secret().optional(),
        b: secret().startsWith('k-').describe('B.').nullable().default(null),
      }),
      create: () => ({}) as never,
    });
    expect(secretsOf(wrapped)).toEqual(['a', 'b']);
  });

  it('have secrets within them, each named where it stands', async () => {
    const line = z.object({ token: secret(), spare: secret().optional(), room: z.string() });
    const nested = z.object({
      lines: z.array(line).default([]),
      named: z.record(z.string(), line).optional(),
    });
    const kk = defineConnector({ name: 'kk', settings: nested, serves: 'hub', create: () => ({}) as never });
    const readFile = (file: object) =>
      readSettings(kk, hubValues(kk, new Given({}, { kk: file as Record<string, unknown> })), { resolve });
    const good = { token: 'env:A', room: 'env:B' };
    expect(await readFile({ lines: [good], named: { one: { ...good, spare: 'file:c' } } })).toMatchObject({
      settings: {
        lines: [{ token: 'value of env:A', room: 'env:B' }],
        named: { one: { spare: 'value of file:c' } },
      },
      references: ['env:A', 'env:A', 'file:c'],
    });
    expect(
      await readFile({ lines: [good, { room: 'x' }], named: { one: { ...good, token: 'clear' } } }),
    ).toEqual({
      problems: [
        { field: 'settings.kk.named.one.token', message: expect.stringContaining('must be env:NAME') },
        { field: 'settings.kk.lines[1].token', message: 'is missing' },
      ],
    });
  });

  it('are read from text by what they take', async () => {
    const env = {
      MA_TRIX_ACCESS_TOKEN: ' tok ',
      MA_TRIX_RETRIES: '5',
      MA_TRIX_LOUD: 'yes',
      MA_TRIX_ROOMS: 'a, b',
      MA_TRIX_CODE: '007',
    };
    expect(await read(env)).toMatchObject({
      settings: {
        accessToken: 'tok',
        homeServer: 'https://example.org',
        retries: 5,
        loud: true,
        rooms: ['a', 'b'],
        code: '007',
      },
    });
  });

  it('come from the file too, and the environment wins', async () => {
    const file = { accessToken: 'secret:matrix', retries: 1, loud: true };
    expect(await read({ MA_TRIX_RETRIES: '2' }, file)).toMatchObject({
      settings: { accessToken: 'value of secret:matrix', retries: 2, loud: true },
      references: ['secret:matrix'],
    });
  });

  it.each([
    [{}, {}, 'MA_TRIX_ACCESS_TOKEN'],
    [{ MA_TRIX_ACCESS_TOKEN: 't', MA_TRIX_RETRIES: 'many' }, {}, 'MA_TRIX_RETRIES'],
    [{ MA_TRIX_ACCESS_TOKEN: 't' }, { retries: 'many' }, 'settings.ma-trix.retries'],
    [{}, { accessToken: 'in the clear' }, 'settings.ma-trix.accessToken'],
    [{ MA_TRIX_ACCESS_TOKEN: 't', MA_TRIX_HOME_SERVER: 'here' }, {}, 'MA_TRIX_HOME_SERVER'],
  ])('%j and %j are refused by the name a person knows', async (env, file, field) => {
    const refused = await read(env, file);
    expect(refused).toMatchObject({ problems: [{ field }] });
    expect(JSON.stringify(refused)).not.toContain('in the clear');
  });

  it.each([
    [{ MA_TRIX_ACCESS_TOKEN: 't', MA_TRIX_FEW: '99' }, 'MA_TRIX_FEW', /at most 5/],
    [{ MA_TRIX_ACCESS_TOKEN: 't', MA_TRIX_FEW: 'many' }, 'MA_TRIX_FEW', /must be a number/],
    [{}, 'MA_TRIX_ACCESS_TOKEN', /is missing/],
  ])('%j is told in plain words', async (env, field, message) => {
    expect(await read(env)).toMatchObject({ problems: [{ field, message: expect.stringMatching(message) }] });
  });

  it('that are secret are kept out of logs from then on', async () => {
    await read({ MA_TRIX_ACCESS_TOKEN: 'plain-looking words' });
    expect(redact('said plain-looking words')).toBe('said [redacted]');
  });
});
