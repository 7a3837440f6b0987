/** The end of the embedded store's audit log: in groups that are undone, and in the file that knows it, too. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkedRow } from '../../src/store/audit-chain.js';
import { HeadKeeper, headInFile } from '../../src/store/audit-head.js';
import { verifyChain } from '../../src/store/audit-verification.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { auditRow } from '../contract/store/audit.js';
import { message } from '../contract/store.js';
import { until } from '../support/until.js';
import { temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let lines: string[];
let stores: Store[];
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'audit-head.json');
  [lines, stores] = [[], []];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  folder.remove();
});

const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
const open = async () => {
  const store = await openLibsqlStore({ dataDir: folder.path, log });
  stores.push(store);
  return store;
};
const append = async ({ audit }: Store, count: number) => {
  for (let i = 0; i < count; i++) await audit.append(auditRow());
};

describe('a group that is undone', () => {
  it('leaves no gap and no fork, whichever of its operations failed', async () => {
    const store = await open();
    const taken = message();
    await store.memories.append(taken);
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.allSettled([
        store.audit.append(auditRow()),
        store.audit.append(auditRow()),
        ...(round % 2 === 0 ? [store.memories.append(message({ id: taken.id }))] : []),
        store.audit.append(auditRow()),
      ]);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(round % 2 === 0 ? 1 : 0);
    }
    const links = await store.audit.links(0, 100);
    expect(links.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(links.map((link) => linkedRow(link)!.at)).toEqual(
      links.map((link) => linkedRow(link)!.at).toSorted(),
    );
    expect(await verifyChain(store.audit)).toMatchObject({ ok: true, rows: 30 });
  });
});

describe('[governed.39] the file that knows the end of the audit log', () => {
  it('has it soon after a row, at the end of its process at once, and is never put back', async () => {
    const store = await open();
    await append(store, 3);
    await until(() => headInFile(file)?.seq === 3, 2_000);
    await append(store, 2);
    await store.close();
    const [last] = await (await open()).audit.links(4, 1);
    expect(headInFile(file)).toEqual({ seq: 5, hash: last!.hash });
    const late = new HeadKeeper(file, log);
    late.saw({ seq: 4, hash: 'a'.repeat(64) });
    await late.close();
    expect(headInFile(file)!.seq).toBe(5);
  });

  it.each(['', '{', '{"seq":"5","hash":"x"}', '[]', '{"seq":-1,"hash":""}'])(
    'may be damaged (%s): the database knows it as well, and the next row mends it',
    async (text) => {
      const store = await open();
      await append(store, 3);
      await store.close();
      writeFileSync(file, text);
      const again = await open();
      expect(await verifyChain(again.audit)).toMatchObject({ ok: true, rows: 3 });
      await append(again, 1);
      await again.close();
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ seq: 4 });
      expect(lines).toEqual([]);
    },
  );

  it('may be refused by the disk: that is told, and rows are written', async () => {
    mkdirSync(file);
    writeFileSync(join(file, 'something'), '');
    const store = await open();
    await append(store, 2);
    await until(() => lines.length > 0, 2_000);
    expect(lines[0]).toContain('the end of the audit log could not be kept');
    rmSync(file, { recursive: true });
    await append(store, 1);
    await store.close();
    expect(headInFile(file)!.seq).toBe(3);
  });
});
