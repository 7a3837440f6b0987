/** What somebody gets wrong on the first day: each is told in one clear line. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { until } from '../support/until.js';
import { carrier, lastWord } from './carrier.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const run = (args: string[], env: Record<string, string> = {}, input = '') =>
  carrier(args, { cwd: home.folder, env: home.settings(env), input });

describe('the first day', () => {
  it.each([
    [['strat'], 'Did you mean start?'],
    [['start', '--prt', '3'], 'Did you mean --port?'],
    [['start', '--role', 'boss'], 'all, gateway, worker'],
    [['start', '--port'], 'argument missing'],
    [['pairing', 'approve'], "'code'"],
  ])('%j is told what there is', async (args, told) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toContain(told);
    expect(stderr).toContain('carrier --help');
    expect(stderr).not.toContain('    at ');
  });

  it.each<[string[], string, Record<string, string>?]>([
    [['start', '--port', '99999'], 'CARRIER_PORT: must be at most 65535'],
    [['start', '--port', 'abc'], 'CARRIER_PORT: must be a number'],
    [['start', '--host', 'nowhere.invalid'], 'CARRIER_HOST'],
    [['pairing', 'list'], 'No hub runs'],
    [['start'], 'REDIS_URL', { CARRIER_ROLE: 'worker' }],
  ])('%j is one line', async (args, told, env = {}) => {
    expect(lastWord(await run(args, env))).toContain(told);
  });

  it('a port that is taken is one line', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    expect(lastWord(await run(['start', '--port', String(port)]))).toMatch(/taken.*CARRIER_PORT/);
    other.close();
  });

  it('a hub that is not there, or is no address, is one line', async () => {
    mkdirSync(join(home.folder, 'data'));
    writeFileSync(join(home.folder, 'data', 'admin-token'), 'carrier_token\n');
    for (const url of ['http://127.0.0.1:1', 'nonsense'])
      expect(lastWord(await run(['pairing', 'list', '--url', url]))).toContain(`No hub answers at ${url}`);
  });

  it('a server that is no hub is one line', async () => {
    mkdirSync(join(home.folder, 'data'));
    writeFileSync(join(home.folder, 'data', 'admin-token'), 'carrier_token\n');
    const other = createHttpServer((_, res) => res.end('<p>It works!</p>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as { port: number }).port}`;
    expect(lastWord(await run(['pairing', 'list', '--url', url]))).toContain(`${url} is no hub`);
    other.close();
  });

  it('a token that is wrong or gone, and an agent that is not there, are one line each', async () => {
    const hub = new HubProcess({ ...home.settings(), HOME: home.folder });
    await hub.start();
    try {
      // Piped, it is one question: what it comes to is the program's end.
      expect(lastWord(await run(['chat', 'nobody'], {}, 'hello\n'))).toContain('No agent "nobody"');
      const token = join(home.folder, 'data', 'admin-token');
      writeFileSync(token, 'carrier_wrong\n');
      expect(lastWord(await run(['chat'], {}, 'hello\n'))).toContain('This token is not known');
      expect(lastWord(await run(['pairing']))).toContain('token');
      rmSync(token);
      expect(lastWord(await run(['chat'], {}, 'hello\n'))).toContain('admin-token');
    } finally {
      await hub.end('SIGKILL');
    }
  });

  it('says how to go on as the program was called', async () => {
    for (const [npm_lifecycle_event, chat] of [
      ['', 'carrier chat'],
      ['start', 'npm run chat'],
      ['npx', 'npx carrier chat'],
    ] as const) {
      const hub = new HubProcess({ ...home.settings({ npm_lifecycle_event }), HOME: home.folder });
      await hub.start();
      await until(() => hub.output.includes('"userId"'));
      await hub.end('SIGTERM');
      expect(hub.output).toContain(`  chat    ${chat}\n`);
    }
  });
});
