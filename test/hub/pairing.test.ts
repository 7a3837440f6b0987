import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const main = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));
const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);

let home: Home;
let platform: Platform;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { operators: ['root'] } },
  });
});
afterEach(() => home.dispose());

const codeIn = (text: string) => /code is ([A-Z0-9]{8})\./.exec(text)![1]!;
const start = () => home.carrier({ connectors: [platform], model });

describe('pairing', () => {
  it('lets in who has a code that an operator approves in the chat, and tells them', async () => {
    await start();
    await platform.dm('ann', 'hello');
    const code = codeIn(await platform.last(1));
    await platform.dm('root', `/approve ${code.toLowerCase().replace(/(.{4})/, '$1-')}`);
    await until(() => platform.shown.length === 3);
    expect(platform.shown.find(({ channel }) => channel === 'root')!.text).toBe('ann is let in.');
    expect(platform.shown.findLast(({ channel }) => channel === 'ann')!.text).toMatch(/You are let in/);
    await platform.dm('ann', 'hello again');
    expect(await platform.last(4)).toBe('echo hello again');
    await platform.dm('bob', 'me too');
    expect(await platform.last(5)).toMatch(/I do not know you yet/);
  });

  it('tells a code once, however many messages come, and redelivered ones too', async () => {
    await start();
    await platform.dm('ann', 'hello', { id: '1' });
    await platform.dm('ann', 'hello', { id: '1' });
    await platform.dm('ann', 'anybody?', { id: '2' });
    await platform.dm('bob', 'hello');
    await until(() => platform.shown.length === 2);
    expect(platform.shown.map(({ channel }) => channel)).toEqual(['ann', 'bob']);
    expect(await platform.command('ann', 'help')).toBeNull();
  });

  it('gives a code to nobody twice, and none to who is no operator', async () => {
    const carrier = await start();
    await platform.dm('ann', 'hello');
    const code = codeIn(await platform.last(1));
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        carrier.operations!.call('pairings.approve', { code }, { kind: 'system' }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await platform.command('ann', 'approve', 'X')).toBe(
      '/approve is for the operators of this agent.',
    );
    expect(await platform.command('root', 'approve', code)).toMatch(/No such code/);
    expect(await platform.command('root', 'approve', '../../..')).toMatch(/No such code/);
    expect(await platform.command('root', 'approve')).toMatch(/Which code/);
  });

  it('keeps operators to their own agent and platform', async () => {
    const other = new Platform('slack');
    home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { operators: ['root'] }, slack: { operators: ['boss'] } },
    });
    await home.carrier({ connectors: [platform, other], model });
    await platform.dm('ann', 'hello');
    const code = codeIn(await platform.last(1));
    expect(await other.command('boss', 'approve', code)).toMatch(/No such code/);
    expect(await platform.command('root', 'approve', code)).toBe('ann is let in.');
    expect(await other.command('ann', 'help')).toMatch(/I do not know you yet/);
  });

  it('survives a restart, both ways', async () => {
    const first = await start();
    await platform.dm('ann', 'hello');
    const code = codeIn(await platform.last(1));
    await first.stop();
    const second = await start();
    const { pairing } = await second.operations!.call('pairings.approve', { code }, { kind: 'system' });
    await second.stop();
    const third = await start();
    expect(await platform.dm('ann', 'hello')).not.toBeNull();
    await third.operations!.call('pairings.revoke', { pairing }, { kind: 'system' });
    expect(await platform.dm('ann', 'hello')).toBeNull();
    await expect(
      third.operations!.call('pairings.revoke', { pairing }, { kind: 'system' }),
    ).rejects.toMatchObject({ code: 'pairing_unknown' });
  });
});

describe('pairings over HTTP and on the command line', () => {
  const cli = async (...args: string[]) => {
    const { PATH = '' } = process.env;
    const env = { PATH, CARRIER_DATA_DIR: `${home.folder}/data` };
    return promisify(execFile)(process.execPath, [main, 'pairing', ...args], { env, cwd: home.folder });
  };

  it('are listed, approved and revoked', async () => {
    const hub = await home.hub({ connectors: [platform], model });
    await platform.dm('ann\u001b[2J', 'hello');
    const code = codeIn(await platform.last(1));
    expect((await cli('list')).stdout).toMatch(`${code}  ann?[2J (ann?[2J) with assistant on telegram`);
    expect((await cli('approve', code)).stdout).toMatch(/^Let in: ann/);
    await expect(cli('approve', code)).rejects.toMatchObject({
      stderr: expect.stringMatching(/No such code/),
    });
    const listed = (await cli()).stdout;
    const [id = ''] = /pairing_\w+/.exec(listed) ?? [];
    expect(listed).not.toMatch(code);
    expect(await platform.dm('ann\u001b[2J', 'hello')).not.toBeNull();
    expect((await cli('revoke', id, '--url', hub.url)).stdout).toMatch(/^No longer let in: ann/);
    expect((await cli()).stdout).toBe('Nobody has asked yet, and nobody is paired.\n');
    expect(await platform.dm('ann\u001b[2J', 'hello')).toBeNull();
  }, 90_000); // Six processes, each of which loads the whole program.

  it('need the token, and refuse what is no code', async () => {
    const hub = await home.hub({ connectors: [platform], model });
    const post = (path: string, body: string, token = hub.token.secret) =>
      fetch(`${hub.url}/pairings${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
    expect((await post('/approve', '{"code":"ABCDEFGH"}', 'wrong')).status).toBe(401);
    expect((await fetch(`${hub.url}/pairings`)).status).toBe(401);
    expect((await post('/approve', '{"code":"ABCDEFGH"}')).status).toBe(404);
    expect((await post('/approve', '{"code":7}')).status).toBe(422);
    expect((await post('/approve', '[]')).status).toBe(422);
    expect((await post('/revoke', '{')).status).toBe(400);
    expect((await post('/revoke', JSON.stringify({ pairing: 'x'.repeat(5000) }))).status).toBe(413);
    expect((await post('', '{}')).status).toBe(405);
    const { get } = api(hub.url, hub.token.secret);
    expect(await (await get('/pairings')).json()).toEqual({
      ...{ requests: [], pairings: [] },
      ...{ placeRequests: [], places: [] },
    });
  });

  it('say what to do when no hub runs', async () => {
    await expect(cli('list')).rejects.toMatchObject({
      stderr: expect.stringMatching(/No hub runs on .*--url/),
    });
  });
});
