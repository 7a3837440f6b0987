/** Audit rows on a server whose answers get lost, and beside others who write: each once, in one line. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/store/audit-verification.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { auditRow } from '../contract/store/audit.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { log } from './folder.js';

let server: RunningMongoServer;
let stores: Store[] = [];
afterEach(async () => {
  await server.control.off();
  for (const store of stores) await store.close();
  stores = [];
  await server.stop();
});

const open = async () => {
  const store = await openMongoStore({ url: server.url, database: 'audit', log });
  stores.push(store);
  return store;
};
/** Whether each was acknowledged. */
const append = async ({ audit }: Store, count: number) => {
  const rows = Array.from({ length: count }, () => auditRow());
  const outcomes = await Promise.allSettled(rows.map((row) => audit.append(row)));
  return rows.map(({ id }, i) => ({ id, done: outcomes[i]!.status === 'fulfilled' }));
};

describe.each([
  ['a replica set', { replicaSet: 'rs0' }],
  // Whose driver repeats no write.
  ['a server that stands alone', {}],
])('audit rows on %s', (_, options) => {
  it.each(['dropAfter', 'dropBefore', 'notPrimary', 'writeConcernError'] as const)(
    'are there once after %s, those that were acknowledged and perhaps others',
    async (fault) => {
      server = await startMongoServer({ ...options, search: false });
      const [one, other] = [await open(), await open()];
      const given = await append(one, 3);
      for (const times of [1, 2, 5]) {
        await server.control[fault](['insert'], times);
        const [here, there] = await Promise.all([append(one, 20), append(other, 20)]);
        given.push(...here, ...there);
        await server.control.off();
      }
      given.push(...(await append(one, 5)), ...(await append(other, 5)));
      const found = (await (await open()).audit.links(0, 1_000)).map(({ id }) => id);
      expect(new Set(found).size).toBe(found.length);
      const acknowledged = given.filter(({ done }) => done).map(({ id }) => id);
      expect(found).toEqual(expect.arrayContaining(acknowledged));
      expect(acknowledged.length).toBeGreaterThan(12);
      expect(await verifyChain(one.audit)).toMatchObject({ ok: true, rows: found.length });
    },
    30_000,
  );

  it('are written once when a call that failed is repeated', async () => {
    server = await startMongoServer({ ...options, search: false });
    const store = await open();
    const row = auditRow();
    await server.control.dropAfter(['insert'], 10);
    await store.audit.append(row).catch(() => {});
    await server.control.off();
    await append(await open(), 2);
    await Promise.all([store.audit.append(row), store.audit.append(auditRow())]);
    expect(await verifyChain(store.audit)).toMatchObject({ ok: true, rows: 4 });
  }, 30_000);
});
