/** `carrier agents` and its like, as processes against a running hub. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alone, groups } from '../../src/cli/commands.js';
import { routes } from '../../src/http/routes.js';
import { operations } from '../../src/operations/operations.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.open();
});
afterEach(() => desk.home.dispose());

const carrier = async (args: string[], input = '') => {
  const env = { ...desk.home.settings(), PATH: process.env.PATH!, HOME: desk.home.folder };
  const child = spawn(process.execPath, [main, ...args], { env, cwd: desk.home.folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
};

describe('the command line', () => {
  it('shows agents, rooms, messages and what waits, harmless for a terminal', async () => {
    const { memory } = (await desk.platform.dm('ann\u001b[2J', 'hello \u202e\u009b2J there'))!;
    await desk.platform.last(1);
    expect((await carrier(['agents'])).stdout).toBe('assistant  Ada  offline  telegram\n');
    const rooms = await carrier(['rooms', 'list', '--agent-id', 'assistant']);
    expect(rooms.stdout).toMatch(`${memory.roomId}  assistant  telegram  default  ann?[2J  2 messages`);
    const shown = await carrier(['rooms', 'messages', memory.roomId, '--order', 'oldest', '--limit', '1']);
    expect(shown.stdout).toMatch(/: {2}hello \?\?2J there\nMore: --cursor \S+\n$/);
    const { stdout } = await carrier(['rooms', 'messages', memory.roomId, '--json']);
    expect(stdout).not.toMatch(/[\p{Cf}\u007f-\u009f]/u);
    expect(stdout).not.toContain('\u001b');
    expect(JSON.parse(stdout).messages[0].text).toBe('hello \u202e\u009b2J there');
    expect(await carrier(['health'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ready\n/) });
  }, 60_000);

  it('tells a turn, asks one question, and shows what happened', async () => {
    const asked = await carrier(['send', 'assistant', '-', '--user', 'ann'], 'how are\nyou?\n');
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^echo how are\nyou\?\n+$/) });
    expect(asked.stdout).not.toContain('\u001b');
    expect(await carrier(['send', 'assistant', '-'], ' \n')).toMatchObject({ code: 1, stdout: '' });
    expect(await carrier(['send', 'nobody', 'hello'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^carrier: .*nobody.* \(see docs\/troubleshooting\.md#there-is-no-such-agent\)\n$/,
      ),
    });
    const { turns } = await desk.get('/turns');
    const { turnId, roomId } = turns[0];
    const shown = await carrier(['turn', turnId]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/Message\n.*ann:\n {2}how are\n {2}you\?\n[\s\S]*Answer\n {2}echo how are/);
    expect(shown.stdout).toMatch(/Models\n {2}answer +\S+ +\d+ ms .*tokens in.*\n {2}in all +\d+ ms/);
    expect(shown.stdout).not.toContain('Character');
    expect((await carrier(['turn', turnId, '--prompt'])).stdout).toMatch(
      /Character\n {2}Ada\n[\s\S]*Message\n/,
    );
    expect(JSON.parse((await carrier(['turn', turnId, '--json'])).stdout)).toEqual(
      await desk.get(`/turns/${turnId}`),
    );
    // Events are written while somebody reads.
    await carrier(['logs']);
    const following = await carrier(['send', 'assistant', 'again', '--user', 'ann']);
    expect(following.code).toBe(0);
    let lines: { type: string; roomId: string }[] = [];
    await until(async () => {
      const { stdout } = await carrier(['logs', '--json', '--room', roomId]);
      lines = stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      return lines.some(({ type }) => type === 'turn.ended');
    }, 20_000);
    expect(new Set(lines.map((line) => line.roomId))).toEqual(new Set([roomId]));
    expect(await carrier(['logs', '--agent', 'none'])).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringMatching(/^No such event yet: /),
    });
    const noRoom = 'carrier: There is no such room. "carrier rooms" lists them.\n';
    for (const args of [
      ['logs', '--room', 'none'],
      ['logs', '--room', 'none', '--follow'],
      ['rooms', 'show', 'none'],
    ])
      expect(await carrier(args)).toEqual({ code: 1, stdout: '', stderr: noRoom });
    const room = await carrier(['rooms', 'show', roomId]);
    expect(room).toMatchObject({ code: 0, stderr: '' });
    expect(room.stdout).toMatch(
      /^Messages\n {2}\S.* ann\n {4}how are\n {4}you\?\n[\s\S]* {4}echo again\nTurns\n/,
    );
    expect(room.stdout).toMatch(new RegExp(`\\n {2}${turnId} {2}done {2}.*scripted:test`));
    const last = await carrier(['rooms', 'show', roomId, '--limit', '1']);
    expect(last.stdout).toMatch(/\(more before these.*\)\n.*\n {4}echo again\nTurns\n/);
    const { messages, turns: ended } = JSON.parse(
      (await carrier(['rooms', 'show', roomId, '--json'])).stdout,
    );
    expect([messages.length, ended.length]).toEqual([4, 2]);
  }, 90_000);

  it('asks before it forgets', async () => {
    await desk.platform.dm('ann', 'hello');
    await desk.platform.last(1);
    const args = ['people', 'forget', 'ann', '--connector', 'telegram'];
    expect((await carrier(args)).stdout).toMatch(/^2 memories would be forgotten.*\nNothing was changed/);
    expect((await carrier([...args, '--yes'])).stdout).toBe('Forgotten: 2 memories.\n');
    expect((await desk.get('/rooms')).rooms).toEqual([]);
  }, 60_000);

  it('says what went wrong in a line, with an exit code', async () => {
    const unknown = await carrier(['turns', 'show', 'turn_x']);
    expect(unknown).toMatchObject({ code: 1, stderr: 'carrier: There is no such turn.\n' });
    const away = await carrier(['agents', '--url', 'http://127.0.0.1:9']);
    expect(away).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^carrier: No hub answers at .* \(see docs\/troubleshooting\.md#no-hub-answers\)\n$/,
      ),
    });
    const nothing = await carrier(['deliveries', 'drop']);
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringMatching(/deliveryId/) });
    desk.home.character('broken', { name: 7 });
    const { code, stdout } = await carrier(['agents', 'check', 'nobody']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  }, 60_000);

  it('issues a token and prints it once, and revokes it by its name', async () => {
    const args = ['--name', 'shop', '--scopes', 'agents.read', 'rooms.*', '--role', 'operator'];
    const issued = await carrier([
      'tokens',
      'issue',
      ...args,
      '--expires-in',
      '90d',
      '--rate-per-minute',
      '60',
    ]);
    expect(issued.stderr).toBe('');
    const [, token] = /the token: +(carrier_\S+)/.exec(issued.stdout)!;
    expect(issued.stdout).toMatch(/signs callbacks to it: +carrier_callback_\S+/);
    const status = async () =>
      (await fetch(`${desk.hub.url}/agents`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await status()).toBe(200);
    const { stdout } = await carrier(['tokens']);
    expect(stdout).toMatch(
      /^tok_\w+ {2}shop {2}operator {2}default {2}may agents.read rooms\.read.* until /m,
    );
    expect(stdout).not.toContain(token);
    const more = await carrier(['tokens', 'issue', '--name', 'x', '--scopes', 'rooms.raed']);
    expect(more).toMatchObject({ code: 1, stderr: expect.stringMatching(/did you mean "rooms.read"/) });
    expect((await carrier(['tokens', 'revoke', 'shop', '--made'])).stdout).toMatch(
      /^Revoked: shop tok_\w+\.\n$/,
    );
    await until(async () => (await status()) === 401, 5000);
  }, 60_000);

  it('takes a secret from a pipe, never from its arguments', async () => {
    expect((await carrier(['secrets', 'set', 'key', 'sk-value'])).code).toBe(1);
    const { stdout, stderr } = await carrier(['secrets', 'set', 'key'], 'sk-value\n');
    expect(stdout + stderr).not.toContain('sk-value');
    expect(stdout + stderr).toMatch(/Kept: key|keeps no secrets/);
  }, 60_000);
});

describe('every operation', () => {
  const typed = [
    ...Object.values(groups).flatMap(({ commands }) => Object.values(commands)),
    ...Object.values(alone),
  ];
  /** Of use only to who is in the room; the chat commands carry them. */
  const inChat = [
    ...['rooms.status', 'rooms.renew', 'rooms.model'],
    ...['people.startLink', 'people.enterLink', 'people.confirmLink', 'console.linkOwn'],
  ];

  /** Of use to programs and to the page that shows it. */
  const forPrograms = ['memories.recall', 'memories.search', 'places.list', 'rooms.own', 'turns.prompt'];

  it('has a route and a command', () => {
    const expected = operations.map(({ name }) => name).filter((name) => !inChat.includes(name));
    expect([...new Set(routes.map(({ operation }) => operation))].sort()).toEqual([...expected].sort());
    const commands = expected.filter((name) => !forPrograms.includes(name));
    expect([...new Set(typed.map(({ operation }) => operation))].sort()).toEqual(commands.sort());
  });

  it('is read by GET alone, and GET reads alone', () => {
    const reading = new Set<string>(operations.filter(({ reads }) => reads).map(({ name }) => name));
    const gets = routes.filter(({ method }) => method === 'GET');
    expect(gets.filter(({ operation }) => !reading.has(operation))).toEqual([]);
  });
});
