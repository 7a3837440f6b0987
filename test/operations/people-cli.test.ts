/** `carrier people` and `carrier roles`, as processes against a running hub, and the same over HTTP. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Desk } from './desk.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.open();
});
afterEach(() => desk.home.dispose());

const carrier = async (...args: string[]) => {
  const env = { ...desk.home.settings(), PATH: process.env.PATH!, HOME: desk.home.folder };
  const done = promisify(execFile)(process.execPath, [main, ...args], { env, cwd: desk.home.folder });
  return done.then(
    ({ stdout }) => stdout.trim(),
    ({ stderr }) => String(stderr).trim(),
  );
};

it('gives, shows and takes roles, and links accounts', async () => {
  const [ann, there] = [
    ['--account', 'telegram:ann'],
    ['--agent-id', 'assistant', '--place', 'telegram'],
  ];
  expect(await carrier('roles', 'give', 'operator', ...ann, ...there)).toBe(
    'telegram:ann is operator for agent assistant on telegram now.',
  );
  expect(await carrier('roles', 'give', 'king', ...ann)).toMatch(/role/);
  expect(await carrier('roles', 'give', 'member', '--account', 'ann')).toMatch(/CONNECTOR:USER/);
  expect(await carrier('roles', 'give', 'member')).toMatch(/either account or group/);
  const [settings, given] = (await carrier('roles')).split('\n');
  expect(settings).toMatch(/^operator {2}telegram:root {2}agent assistant on telegram {2}settings$/);
  expect(given).toMatch(/^operator {2}telegram:ann {2}agent assistant on telegram {2}token /);
  expect(await carrier('people', 'list')).toBe(
    'telegram:root  operator for agent assistant on telegram\ntelegram:ann  operator for agent assistant on telegram',
  );
  expect(JSON.parse(await carrier('people', '--json')).people).toContainEqual({
    ...{ connector: 'telegram', tenant: 'default', userId: 'ann', paired: [] },
    roles: ['operator for agent assistant on telegram'],
  });
  expect(await carrier('people', 'link', 'telegram:ann', 'slack/T1:u1')).toBe(
    'Linked: telegram:ann and slack/T1:u1.',
  );
  expect(await carrier('people', 'show', 'slack/T1:u1')).toMatch(
    /^slack\/T1:u1 {2}\S+\ntelegram:ann {2}\S+\n {2}operator {2}agent assistant on telegram {2}given {2}telegram:ann$/,
  );
  expect(await carrier('people', 'unlink', 'telegram:ann')).toBe('Unlinked: telegram:ann.');
  expect(await carrier('people', 'unlink', 'telegram:ann')).toBe('It is linked with no other.');
  expect(await carrier('roles', 'take', ...ann)).toMatch(/No role was given to them for this/);
  expect(await carrier('roles', 'take', ...ann, ...there)).toMatch(/^telegram:ann is no longer operator/);
}, 120_000);

it('refuses over HTTP what is none, with the field and the fix', async () => {
  const give = async (body: object) => {
    const { status, body: answer } = await desk.ask('POST', '/roles/give', body);
    return [status, answer.error?.code, answer.error?.message];
  };
  const account = 'telegram:ann';
  expect(await give({ role: 'guest', account })).toEqual([
    422,
    'invalid_field',
    expect.stringMatching(/role/),
  ]);
  expect(await give({ role: 'member', account, group: 'telegram:g' })).toEqual([
    422,
    'invalid_field',
    expect.any(String),
  ]);
  expect(await give({ role: 'member', account, place: 'telegram:x' })).toEqual([
    422,
    'invalid_field',
    expect.any(String),
  ]);
  expect(await give({ role: 'member', account, place: { connector: 'telegram', channel: 'c' } })).toEqual([
    422,
    'invalid_field',
    expect.any(String),
  ]);
  expect(await give({ role: 'member', account, place: 'slack/T1:C1' })).toEqual([200, undefined, undefined]);
  const { status, body } = await desk.ask('GET', '/roles?place=slack/T1:C1');
  expect([status, body.roles]).toEqual([
    200,
    [expect.objectContaining({ role: 'member', level: { connector: 'slack', tenant: 'T1', channel: 'C1' } })],
  ]);
  expect((await desk.ask('POST', '/people/link', { account, other: 'nobody' })).status).toBe(422);
});
