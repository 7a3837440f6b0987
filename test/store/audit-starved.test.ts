/** Somebody has one audit row to write while other processes write all the time. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { auditRow } from '../contract/store/audit.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { until } from '../support/until.js';
import { log, temporaryFolder } from './folder.js';

it.skipIf(noFerretdb)(
  'an audit row is written although two others write all the time',
  async () => {
    const server = await startFerretdb();
    const folder = temporaryFolder();
    const program = fileURLToPath(new URL('./audit-writer.mjs', import.meta.url));
    const writers = ['one', 'two'].map((name) =>
      spawn(process.execPath, [program, server.url, 'starved', join(folder.path, name), '200000']),
    );
    try {
      let said = '';
      for (const { stdout } of writers)
        stdout.on('data', (bytes) => {
          said += bytes;
        });
      await until(() => said.split('ready').length === 3, 20_000);
      for (const { stdin } of writers) stdin.end();
      await until(() => said.split('\n').length > 50, 20_000);
      const store = await openMongoStore({ url: server.url, database: 'starved', dataDir: folder.path, log });
      for (let row = 0; row < 5; row++) await expect(store.audit.append(auditRow())).resolves.toBeUndefined();
      expect(writers.map(({ exitCode }) => exitCode)).toEqual([null, null]);
      await store.close();
    } finally {
      for (const writer of writers) writer.kill('SIGKILL');
      await server.stop();
      folder.remove();
    }
  },
  90_000,
);
