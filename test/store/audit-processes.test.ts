/** Audit rows of four real processes that write at once into an empty log: one line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { linkedRow } from '../../src/store/audit-chain.js';
import { verifyChain } from '../../src/store/audit-verification.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';
import { log, temporaryFolder } from './folder.js';
import { tamperingMongo } from './tampering.js';

const program = fileURLToPath(new URL('./audit-writer.mjs', import.meta.url));
const database = 'audit';

/** FerretDB writes some hundred rows a second. */
const servers: [name: string, lacking: string | null, rows: number, start: () => Promise<Server>][] = [
  ['the protocol server', null, 1_000, () => startMongoServer({ replicaSet: 'rs0', search: false })],
  ['FerretDB', noFerretdb, 300, startFerretdb],
];

interface Server {
  url: string;
  stop(): Promise<unknown>;
}

for (const [name, lacking, each, start] of servers)
  describe.skipIf(lacking)(lacking ? `${name}: skipped, ${lacking}` : `on ${name}`, () => {
    let server: Server;
    let folders: ReturnType<typeof temporaryFolder>[] = [];
    let writers: Writer[] = [];
    afterEach(async () => {
      for (const { child } of writers) child.kill('SIGKILL');
      await server.stop();
      for (const folder of folders) folder.remove();
      [writers, folders] = [[], []];
    });

    interface Writer {
      child: ChildProcess;
      said: string;
      ended: Promise<unknown>;
    }

    async function four(count: number): Promise<void> {
      server = await start();
      // One after the other: indexes are made by the first.
      for (let i = 0; i < 4; i++) {
        const folder = temporaryFolder();
        folders.push(folder);
        const args = [program, server.url, database, folder.path, String(count)];
        const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
        const writer: Writer = { child, said: '', ended: once(child, 'close') };
        child.stdout!.on('data', (bytes) => {
          writer.said += bytes;
        });
        writers.push(writer);
        await until(() => writer.said.startsWith('ready\n'), 20_000);
      }
      for (const { child } of writers) child.stdin!.end();
    }

    const acknowledged = () => writers.flatMap(({ said }) => said.split('\n').slice(1, -1));
    /** As another process reads it back. */
    const readBack = async <T>(look: (store: Awaited<ReturnType<typeof openMongoStore>>) => Promise<T>) => {
      const store = await openMongoStore({ url: server.url, database, log, dataDir: folders[0]!.path });
      return look(store).finally(() => store.close());
    };
    const everything = () =>
      readBack(async ({ audit }) => {
        const found = [];
        for (let after = 0; ; after = found.at(-1)!.seq) {
          const links = await audit.links(after, 1_000);
          found.push(...links.map((link) => linkedRow(link)!));
          if (links.length < 1_000) return found;
        }
      });

    it(`[governed.38] ${4 * each} rows are one line without a fork, and a changed one is named`, async () => {
      await four(each);
      await Promise.all(writers.map(({ ended }) => ended));
      const count = 4 * each;
      expect(new Set(acknowledged()).size).toBe(count);
      const whole = await readBack(({ audit }) => verifyChain(audit));
      expect(whole).toMatchObject({ ok: true, rows: count, head: { seq: count }, faults: [] });
      const rows = await everything();
      expect(rows.map(({ id }) => id).sort()).toEqual(acknowledged().sort());
      // They did write at once: neighbours are of different processes, again and again.
      const changes = rows.filter(
        ({ principal }, i) => i > 0 && principal.name !== rows[i - 1]!.principal.name,
      );
      expect(changes.length).toBeGreaterThan(8);
      const changed = Math.trunc(count / 3);
      await tamperingMongo(server.url, database).change((links) =>
        links.map((link) =>
          link.seq === changed ? { ...link, body: link.body.replace('rooms.list', 'rooms.lost') } : link,
        ),
      );
      const { faults } = await readBack(({ audit }) => verifyChain(audit));
      expect(faults).toMatchObject([{ kind: 'changed', from: changed, to: changed }]);
    }, 120_000);

    it('[governed.38] all that was acknowledged is in one line although two of them are killed', async () => {
      await four(each / 2);
      await until(() => acknowledged().length > each / 2, 60_000);
      for (const { child } of writers.slice(0, 2)) child.kill('SIGKILL');
      await Promise.all(writers.map(({ ended }) => ended));
      const said = acknowledged();
      const rows = await everything();
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(said));
      const found = await readBack(({ audit }) => verifyChain(audit));
      expect(found).toMatchObject({ ok: true, rows: rows.length, head: { seq: rows.length } });
    }, 120_000);
  });
