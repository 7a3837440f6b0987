import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carrier } from './carrier.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-behaviour-test-'));
  for (const name of ['characters', 'tests', 'tests/empty']) mkdirSync(join(folder, name));
  write('characters/assistant.json', {
    ...{ name: 'Ada', bio: 'Sells shoes.' },
    evaluation: { rules: [{ never: 'forbidden' }], onFailure: 'Not here.' },
  });
  write('characters/lame.json', { name: 'Ada', bio: '.', plugins: ['time', 'nonesuch'] });
  write('recorded.yaml', {
    lame: ['Good day.'],
    passes: [
      { calls: [{ name: 'lookup', arguments: { id: 1 } }] },
      'Order 1 is  **paid**.',
      { verdict: 'pass' },
    ],
    fails: ['You are a fool.'],
    errs: [{ error: 'the key is wrong' }],
    empty: ['', '', ''],
    unsafe: ['forbidden', 'forbidden, too'],
    refuses: ['forbidden', 'forbidden, too'],
    unfaked: [{ calls: [{ name: 'calculate', arguments: { expression: '1+1' } }] }, 'It is 2.'],
    slow: [`${'a'.repeat(60)}!`],
    unjudged: ['Good day.', { verdict: 'pass', score: 90 }],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
const one = (name: string, expected: object, more: object = {}) => {
  write(`tests/${name}.yaml`, [{ name, say: 'Hello.', expect: expected, ...more }]);
  return `tests/${name}.yaml`;
};
const run = (...args: string[]) =>
  carrier(['agents', 'test', '--recorded', 'recorded.yaml', ...args], {
    cwd: folder,
    env: { CARRIER_CHARACTERS_DIR: join(folder, 'characters'), CARRIER_DATA_DIR: join(folder, 'data') },
  });

describe.concurrent('carrier agents test', () => {
  it('passes what is as it should be; tools are not called but faked', async () => {
    const expected = {
      contains: 'order 1 is',
      matches: 'paid',
      tool: 'lookup',
      maxSteps: 1,
      not: 'shipped',
      judge: 'Be polite.',
    };
    const { code, stdout } = await run(
      one('passes', expected, { tools: { lookup: 'Order 1 is paid.' } }),
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 0,
      errors: 0,
      tests: [{ outcome: 'pass' }],
    });
    expect(code).toBe(0);
  });

  it.each<[string, () => string, number, RegExp]>([
    [
      'a failing test',
      () => one('fails', { not: 'fool' }),
      1,
      /contains "fool"[\s\S]*0 passed, 1 failed, 0 could/,
    ],
    ['a model that errs', () => one('errs', { not: 'fool' }), 2, /key is wrong[\s\S]*0 failed, 1 could/],
    [
      'an empty answer that contains nothing bad',
      () => one('empty', { not: 'fool' }),
      2,
      /empty answer[\s\S]*0 failed, 1 could/,
    ],
    [
      'an answer that did not pass and contains nothing bad',
      () => one('unsafe', { not: 'fool' }),
      1,
      /was not sent[\s\S]*1 failed/,
    ],
    ['an empty folder', () => 'tests/empty', 2, /There is no test in this folder/],
    ['a folder that there is not', () => 'tests/none', 2, /no such file or folder/],
    ['a misspelt key', () => one('misspelt', { contain: 'x' }), 2, /"misspelt": .*contain/],
    [
      'a misspelt key beside good ones',
      () => one('beside', { contains: 'x' }, { tool: {} }),
      2,
      /"beside": .*tool/,
    ],
    ['nothing that is expected', () => one('nothing', {}), 2, /must expect something/],
    [
      'an agent that there is not',
      () => one('nobody', { not: 'x' }, { agent: 'nobody' }),
      2,
      /no agent "nobody"/,
    ],
    [
      'an agent whose plugin is not there',
      () => one('lame', { not: 'x' }, { agent: 'lame' }),
      2,
      /plugins\[1\]: .*nonesuch/,
    ],
    ['a tool that is not faked', () => one('unfaked', { contains: '2' }), 2, /calls calculate, of which/],
    ['a judge that cannot say', () => one('unjudged', { judge: 'Be polite.' }), 2, /was not judged/],
    ['a pattern that takes too long', () => one('slow', { matches: '(a+)+$' }), 2, /0 failed, 1 could/],
    ['what is not recorded', () => one('forgotten', { not: 'x' }), 2, /No answer is recorded/],
  ])('[governed.45] is no success with %s', async (_, path, code, said) => {
    const ended = await run(path());
    expect(ended.stdout).toMatch(said);
    expect(ended.code).toBe(code);
  });

  it.each([
    ['a recording that there is not', ['--recorded', 'none.yaml'], /none\.yaml/],
    ['a recording that cannot be read', ['--recorded', 'tests/broken.yaml'], /broken\.yaml: passes/],
    ['an option that is mistyped', ['--recordet', 'x'], /unknown option '--recordet'/],
    ['an option without its value', ['--agent'], /argument missing/],
    ['a folder of characters that there is not', ['--characters', 'nowhere'], /nowhere/],
  ])('is no failing test, but none at all, with %s', async (_, args, said) => {
    write('tests/broken.yaml', { passes: 'no list' });
    const ended = await run(one('recorded', { not: 'x' }), ...args);
    expect(ended.stdout + ended.stderr).toMatch(said);
    expect(ended.code).toBe(2);
  });

  it('passes where the agent is to refuse', async () => {
    expect((await run(one('refuses', { safe: true, contains: 'not here' }))).code).toBe(0);
  });
});
