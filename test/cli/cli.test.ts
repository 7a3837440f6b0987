import { execFile, spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));

describe('the command line', () => {
  let home: Home;
  let hub: HubProcess;
  let env: Record<string, string>;
  beforeEach(() => {
    home = new Home();
    env = { ...home.settings(), PATH: process.env.PATH!, HOME: home.folder };
    hub = new HubProcess(env);
  });
  afterEach(async () => {
    await hub.end('SIGKILL');
    await home.dispose();
  });

  /** Runs the program to its end; never throws. */
  const carrier = async (args: string[], input = '') => {
    const child = spawn(process.execPath, [main, ...args], { env, cwd: home.folder });
    let stdout = '';
    let stderr = '';
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

  it('prints a curl that works when pasted, and its token once', async () => {
    await hub.start();
    await until(() => hub.output.includes('"userId"'));
    const command = hub.output.slice(hub.output.indexOf('curl -s'));
    const { stdout } = await run('bash', ['-c', command]);
    expect(JSON.parse(stdout).reply.text).toContain('42');
    expect(hub.output).toContain(hub.token);
    expect(hub.log).not.toContain(hub.token);

    await hub.end('SIGTERM');
    const first = hub.token;
    await hub.start();
    await until(() => hub.output.includes('"userId"'));
    expect(hub.token).toBe(first);
    expect(hub.output).not.toContain(first);
    const again = await run('bash', ['-c', hub.output.slice(hub.output.indexOf('curl -s'))]);
    expect(JSON.parse(again.stdout).reply.text).toContain('42');
  });

  it('keeps its secrets where only their owner can read them, and not in the store', async () => {
    await hub.start();
    const data = join(home.folder, 'data');
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const file of ['admin-token', 'callback-secret', 'carrier.db']) {
      expect(statSync(join(data, file)).mode & 0o777).toBe(0o600);
    }
    const { token } = hub;
    await hub.end('SIGTERM');
    expect(readFileSync(join(data, 'carrier.db')).includes(token)).toBe(false);
  });

  it('refuses a second hub on the same data folder, naming the first', async () => {
    const url = await hub.start();
    const { code, stderr } = await carrier(['start']);
    expect(code).toBe(1);
    expect(stderr).toContain(String(hub.pid));
    expect(stderr).toContain(url);
    expect(stderr).toMatch(
      /^carrier: .* \(see docs\/troubleshooting\.md#another-hub-holds-the-data-folder\)\n$/,
    );
  });

  it('ends at a signal within its deadline, letting a running turn finish', async () => {
    const url = await hub.start();
    const client = api(url, hub.token);
    const answer = client.send('assistant', { text: 'hello', userId: 'alice' });
    await until(async () => (await client.messages('assistant', 'user:alice')).length > 0);
    expect(await hub.end('SIGTERM')).toBe(0);
    expect((await answer).reply!.text).not.toBe('');
  });

  it.each([
    [['start', '--port', '99999'], 'CARRIER_PORT'],
    [['start', '--log-level', 'loud'], 'CARRIER_LOG_LEVEL'],
    [['start', '--characters', '/nowhere'], 'CARRIER_CHARACTERS_DIR'],
  ])('says in one line what is wrong with %j', async (args, setting) => {
    const { code, stderr } = await carrier(args);
    expect(code).toBe(1);
    expect(stderr).toContain(setting);
    expect(stderr).not.toContain('    at ');
  });

  it('helps with what it does not know', async () => {
    const { code, stderr } = await carrier(['strat']);
    expect(code).toBe(1);
    expect(stderr).toContain('start');
    expect((await carrier(['--help'])).stdout).toMatch(/start[\s\S]*chat[\s\S]*Examples:/);
    expect((await carrier(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('chats through a pipe with a hub of its own, and with the one that runs', async () => {
    const alone = await carrier(['chat'], 'my cat is called Miso');
    expect([alone.code, alone.stdout]).toEqual([0, expect.stringContaining('Miso')]);
    await hub.start();
    const joined = await carrier(['chat', '--agent', 'assistant'], "what is my cat's name?\n");
    expect([joined.code, joined.stdout]).toEqual([0, expect.stringContaining('Miso')]);
  });

  it('reads settings from .env in its folder', async () => {
    writeFileSync(join(home.folder, '.env'), 'CARRIER_CONCURRENCY=none\n');
    const { stderr } = await carrier(['start']);
    expect(stderr).toContain('CARRIER_CONCURRENCY');
  });

  it('takes up a changed character without a restart, and survives a broken one', async () => {
    const client = api(await hub.start(), hub.token);
    home.character('pirate', {
      name: 'Anne',
      bio: 'A pirate.',
      examples: [{ user: 'hello', reply: 'Ahoy!' }],
    });
    await until(async () => (await client.post('pirate', { text: 'hello', userId: 'alice' })).status === 200);
    home.character('pirate', { name: 7 });
    await until(() => hub.log.includes('pirate.json'));
    expect((await client.send('pirate', { text: 'hello', userId: 'alice' })).reply).not.toBeNull();
    expect((await client.send('assistant', { text: 'hello', userId: 'alice' })).reply).not.toBeNull();
  });
});
