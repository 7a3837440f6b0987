/** A hub's own token, and its file [security.9]. */

import { hash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuedNote, tokenId } from '../../src/access/issued-token.js';
import type { Carrier } from '../../src/carrier.js';
import { startCarrier } from '../../src/carrier.js';
import type { Hub } from '../../src/hub.js';
import { createLogger } from '../../src/logger.js';
import { Home } from '../support/hub.js';
import { ask, issue } from '../support/tokens.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let secret: string;
let file: string;
beforeEach(async () => {
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  hub = await home.hub();
  secret = hub.token.secret;
  file = join(home.folder, 'data', 'admin-token');
});
afterEach(() => home.dispose());

const status = async (token = secret) => (await ask(hub.url, token, ['GET', '/agents'])).status;
const again = async () => {
  await hub.stop();
  hub = await home.hub();
};
/** Longer than the hub is without a look at the file. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 1500));

describe('[security.9] the admin token', () => {
  it.each([
    ['is deleted', () => rmSync(file)],
    ['is moved away', () => renameSync(file, `${file}.old`)],
    ['is emptied', () => writeFileSync(file, '')],
    ['holds another', () => writeFileSync(file, `carrier_${'x'.repeat(43)}`)],
  ])('is dead within moments when its file %s, and after a start', async (_, change) => {
    const issued = await issue(hub.url, secret, { name: 'app', role: 'operator' });
    change();
    await until(async () => (await status()) === 401, 5000);
    // What it has issued is no part of it.
    expect(await status(issued.token)).toBe(200);
    await again();
    expect(hub.token.secret).not.toBe(secret);
    expect([await status(), await status(hub.token.secret)]).toEqual([401, 200]);
    const { tokens } = (await ask(hub.url, hub.token.secret, ['GET', '/tokens'])).body;
    expect(tokens).toHaveLength(2);
  });

  it('is not back when its file is put back', async () => {
    renameSync(file, `${file}.old`);
    await until(async () => (await status()) === 401, 5000);
    renameSync(`${file}.old`, file);
    await aWhile();
    expect(await status()).toBe(401);
    await again();
    expect(hub.token.created).toBe(true);
    expect(await status()).toBe(401);
  });

  it('is dead without its file also where the folder has another name since, as in a new container', async () => {
    await hub.stop();
    const moved = join(home.folder, 'moved');
    renameSync(join(home.folder, 'data'), moved);
    const settings = { CARRIER_DATA_DIR: moved };
    hub = await home.hub({}, settings);
    expect([hub.token.secret, await status()]).toEqual([secret, 200]);
    await hub.stop();
    rmSync(join(moved, 'admin-token'));
    renameSync(moved, join(home.folder, 'data'));
    hub = await home.hub();
    expect([await status(), await status(hub.token.secret)]).toEqual([401, 200]);
    expect((await ask(hub.url, hub.token.secret, ['GET', '/tokens'])).body.tokens).toHaveLength(1);
    // And when its file is put back.
    await hub.stop();
    writeFileSync(file, secret);
    hub = await home.hub();
    expect([hub.token.created, await status()]).toEqual([true, 401]);
  });

  it('lives while its file says the same, however it is written', async () => {
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
    await aWhile();
    expect(await status()).toBe(200);
    await again();
    expect([hub.token.secret, await status()]).toEqual([secret, 200]);
  });
});

describe('what lies in the store of a token', () => {
  const text = 'carrier_of-another-hub';
  const digest = hash('sha256', text);
  const good = { hash: digest, name: 'app', role: 'operator', tenant: 'default', createdAt: 1, madeBy: 'x' };
  const put = async (note: object) => {
    await hub.stop();
    const carrier: Carrier = await startCarrier(home.config(), createLogger('silent'));
    await carrier.store.notes.put(issuedNote.key(tokenId(digest)), note);
    await carrier.stop();
    hub = await home.hub();
  };

  it('is taken as it is', async () => {
    await put(good);
    expect(await status(text)).toBe(200);
  });

  it.each([
    ['a limit that only newer hubs know', { ...good, onlyOnMondays: true }],
    ['a role that there is not', { ...good, role: 'root' }],
    ['scopes that are none', { ...good, scopes: 'all' }],
    ['nothing', {}],
  ])('is no token with %s', async (_, note) => {
    await put(note);
    expect(await status(text)).toBe(401);
    expect(await status(hub.token.secret)).toBe(200);
  });

  it('counts for nothing where a scope is unknown', async () => {
    await put({ ...good, role: 'owner', scopes: ['all', 'agents'] });
    expect(await status(text)).toBe(403);
  });
});
