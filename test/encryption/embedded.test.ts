/** What a whole hub leaves on its disk, without encryption and with it, while it runs and after. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { scanFolder } from '../support/word-scan.js';

const word = 'Zephyrine';
/** Also a stem, and whom it is from. */
const words = [word, 'zephyrin', 'Quillfeather'];
const keys = `one:${randomBytes(32).toString('base64')}`;
const messages = 20;
const perMessage = 30;

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const model = scriptedModel((request) => `I heard: ${lastSaid(request)}`);
const dataDir = () => join(home.folder, 'data');
const files = () =>
  readdirSync(dataDir(), { recursive: true, encoding: 'utf8' })
    .map((name) => join(dataDir(), name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('hub.lock'));

/** Of the word in all files, as text and as UTF-16 and base64 of whole words. */
function occurrences(): number {
  const forms = [
    Buffer.from(word),
    Buffer.from(word, 'utf16le'),
    Buffer.from(Buffer.from(word).toString('base64')),
  ];
  let count = 0;
  for (const bytes of files().map((path) => readFileSync(path)))
    for (const form of forms)
      for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) count++;
  return count;
}

async function talk(hub: Hub): Promise<string> {
  const client = api(hub.url, hub.token.secret);
  let room = '';
  for (let at = 0; at < messages; at++) {
    const said = { userId: 'Quillfeather', text: `${word} ${at} `.repeat(perMessage) };
    room = (await client.send('assistant', said)).roomId;
  }
  const form = new FormData();
  form.set('userId', 'Quillfeather');
  form.set('text', 'a file');
  // As it is, in UTF-16, and in base64.
  for (const bytes of [word, Buffer.from(word, 'utf16le'), Buffer.from(word).toString('base64')])
    form.append('file', new Blob([bytes], { type: 'application/octet-stream' }), `${word}.bin`);
  const uploaded = await fetch(`${hub.url}/assistant/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token.secret}` },
    body: form,
  });
  expect(uploaded.status).toBe(200);
  return room;
}

describe('the data folder of a hub', () => {
  it('has the words of its people at least a thousand times without encryption', async () => {
    const hub = await home.hub({ model: () => model });
    await talk(hub);
    expect(occurrences()).toBeGreaterThanOrEqual(1000);
    const found = scanFolder(dataDir(), words);
    for (const form of ['as text', 'as UTF-16 LE', 'as base64'])
      expect(
        found.some((hit) => hit.includes(form)),
        form,
      ).toBe(true);
    expect(found.some((hit) => hit.startsWith('carrier.db-wal'))).toBe(true);
    await hub.stop();
    expect(occurrences()).toBeGreaterThanOrEqual(1000);
  });

  it('has none of them with it, and the hub knows them all the same', async () => {
    const settings = { CARRIER_ENCRYPTION_KEYS: keys };
    const hub = await home.hub({ model: () => model }, settings);
    const room = await talk(hub);
    const client = api(hub.url, hub.token.secret);
    const known = await client.messages('assistant', room);
    expect(known.filter(({ text }) => text.includes(word)).length).toBeGreaterThanOrEqual(2 * messages);
    expect(statSync(join(dataDir(), 'carrier.db-wal')).size).toBeGreaterThan(0);
    expect(scanFolder(dataDir(), words)).toEqual([]);
    const status = await (await client.get('/encryption')).json();
    expect(status).toMatchObject({
      ...{ current: 'one', keys: ['one'], unit: 'bytes', under: [{ key: 'one' }] },
      rotation: { state: 'done', problem: null },
    });
    await hub.stop();
    expect(scanFolder(dataDir(), words)).toEqual([]);
  });

  it('[governed.31] is refused by a hub without the key, which changes nothing', async () => {
    const settings = { CARRIER_ENCRYPTION_KEYS: keys };
    const first = await home.hub({ model: () => model }, settings);
    await talk(first);
    await first.stop();
    const asItIs = () => files().map((path) => [path, readFileSync(path, 'base64')]);
    const before = asItIs();
    for (const wrong of [
      '',
      `one:${randomBytes(32).toString('base64')}`,
      `two:${randomBytes(32).toString('base64')}`,
    ]) {
      await expect(
        home.hub({ model: () => model }, { CARRIER_ENCRYPTION_KEYS: wrong }),
      ).rejects.toMatchObject({
        ...{ code: 'config_invalid', field: 'CARRIER_ENCRYPTION_KEYS' },
      });
      expect(asItIs()).toEqual(before);
    }
    expect(before.some(([path]) => path!.endsWith('encryption.json'))).toBe(true);
  });
});
