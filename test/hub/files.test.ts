/** Files through the whole hub: whose they are, and when their bytes go. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { Database } from '../../src/store/libsql/database.js';
import { Home } from '../support/hub.js';

let home: Home;
let hub: Hub;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

interface Said {
  userId: string;
  roomId: string;
  text?: string;
  files?: string[];
}

async function send({
  userId,
  roomId,
  text = 'see',
  files = [],
}: Said): Promise<[status: number, body: string]> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ userId, roomId, text })) form.set(name, value);
  for (const bytes of files) form.append('file', new Blob([bytes], { type: 'image/png' }), 'plan.csv');
  const headers = { Authorization: `Bearer ${hub.token.secret}` };
  const response = await fetch(`${hub.url}/assistant/message`, { method: 'POST', headers, body: form });
  return [response.status, await response.text()];
}

/** Looked at in the database itself. */
function stored(): number[] {
  const db = new Database(join(home.folder, 'data', 'carrier.db'));
  const tables = ['files', 'file_records', 'file_uses'];
  const counts = tables.map((name) => db.prepare(`select count(*) from ${name}`).value<number>()!);
  db.close();
  return counts;
}

it('[security.12] /forget takes the bytes of who asks along, and nobody else’s', async () => {
  hub = await home.hub();
  const files = ['the,same\n'];
  for (const [userId, roomId] of [
    ['alice', 'hall'],
    ['bob', 'hall'],
    ['alice', 'kitchen'],
  ] as const)
    expect((await send({ userId, roomId, files }))[0]).toBe(200);
  expect(stored()).toEqual([3, 3, 3]);
  await send({ userId: 'mallory', roomId: 'hall', text: '/forget yes' });
  expect(stored()).toEqual([3, 3, 3]);
  await send({ userId: 'alice', roomId: 'hall', text: '/forget yes' });
  expect(stored()).toEqual([2, 2, 2]);
  await send({ userId: 'bob', roomId: 'hall', text: '/forget yes' });
  expect(stored()).toEqual([1, 1, 1]);
});

it('[security.12] a message whose files have no room is refused, and nothing of it is kept', async () => {
  hub = await home.hub({}, { CARRIER_FILES_PER_PERSON_MB: '1' });
  const files = ['a'.repeat(600_000), 'b'.repeat(600_000)];
  const [status, body] = await send({ userId: 'alice', roomId: 'hall', files });
  expect([status, JSON.parse(body).error.code]).toEqual([413, 'quota_exceeded']);
  expect(stored()).toEqual([0, 0, 0]);
  expect((await send({ userId: 'alice', roomId: 'hall', files: files.slice(1) }))[0]).toBe(200);
  expect((await send({ userId: 'bob', roomId: 'hall', files: files.slice(1) }))[0]).toBe(200);
  expect(stored()).toEqual([2, 2, 2]);
});

it('[security.12] nothing is kept of a message that the gate refuses', async () => {
  home.character('assistant', {
    ...{ name: 'Ada', bio: 'A helpful assistant.' },
    connectors: { http: { allow: { users: ['alice'] } } },
  });
  hub = await home.hub();
  expect((await send({ userId: 'mallory', roomId: 'hall', files: ['x'] }))[0]).toBe(403);
  expect(stored()).toEqual([0, 0, 0]);
});
