/** Files through the whole hub: whose they are, and when their bytes go. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { Database } from '../../src/store/libsql/database.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';

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

describe('GET /:agentId/rooms/:roomId/messages/:messageId/files/:index', () => {
  const get = (path: string, token = hub.token.secret, method = 'GET') =>
    fetch(`${hub.url}${path}`, { method, headers: { Authorization: `Bearer ${token}` } });

  /** The messages of a room, as its history shows them. */
  async function messages(room: string): Promise<{ id: string; attachments?: object[] }[]> {
    const response = await get(`/assistant/rooms/${room}/messages?order=newest`);
    return ((await response.json()) as { messages: { id: string; attachments?: object[] }[] }).messages;
  }

  it('[http-and-cli.17] gives the file to who may read the room, as a download', async () => {
    hub = await home.hub();
    await send({ userId: 'alice', roomId: 'hall', files: ['the,same\n'] });
    await send({ userId: 'bob', roomId: 'kitchen' });
    const { id, attachments } = (await messages('hall')).find((message) => message.attachments)!;
    expect(attachments).toMatchObject([{ name: 'plan.csv', mediaType: 'text/csv', size: 9 }]);
    const path = `/assistant/rooms/hall/messages/${id}/files`;
    const response = await get(`${path}/0`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringContaining('text/csv'),
      'content-disposition': expect.stringContaining('attachment; filename="plan.csv"'),
      'x-content-type-options': 'nosniff',
    });
    expect(await response.text()).toBe('the,same\n');
    expect(await (await get(`${path}/0`, undefined, 'HEAD')).text()).toBe('');
    const others = [`${path}/1`, `${path}/x`, path.replace('hall', 'kitchen').concat('/0')];
    for (const other of others) expect((await get(other)).status).toBe(404);
    expect((await get(`${path}/0`, 'carrier_wrong')).status).toBe(401);
    const tenant = await tokenOf('acme');
    // The hub looks for new tokens now and then.
    await until(async () => ![401, 429].includes((await get(`${path}/0`, tenant)).status));
    expect((await get(`${path}/0`, tenant)).status).toBe(404);
    await send({ userId: 'alice', roomId: 'hall', text: '/forget yes' });
    expect((await get(`${path}/0`)).status).toBe(404);
  });

  /** A token of another tenant, which has no rooms of ours. */
  async function tokenOf(tenant: string): Promise<string> {
    const secret = `carrier_${tenant}`;
    const hash = createHash('sha256').update(secret).digest('hex');
    const db = new Database(join(home.folder, 'data', 'carrier.db'));
    const record = { hash, name: tenant, role: 'admin', tenant, createdAt: 0 };
    db.prepare('insert into tokens (name, body) values (?, ?)').run(tenant, JSON.stringify(record));
    db.close();
    return secret;
  }
});
