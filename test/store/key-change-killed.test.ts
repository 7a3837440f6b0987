/** [governed.30] for the embedded store: a change of key that is killed goes on at the next start, and no file is ever half. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyRingOf } from '../../src/encryption/key-ring.js';
import { schemaAtRest } from '../../src/store/libsql/at-rest.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

const opener = fileURLToPath(new URL('./key-change-writer.mjs', import.meta.url));
const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [one, two] = [key('one'), key('two')];
const word = 'xylophonist';
const count = 200;
const folder = temporaryFolder();
afterAll(() => folder.remove());

beforeAll(async () => {
  // Elsewhere, since a closed store keeps its file open in this process.
  const made = temporaryFolder();
  const store = await openLibsqlStore({ dataDir: made.path, log });
  const appended = Array.from({ length: count }, (_, i) =>
    store.memories.append(message({ text: `${word} ${i} `.repeat(1000), status: 'kept' })),
  );
  await Promise.all(appended);
  await store.close();
  cpSync(made.path, folder.path, { recursive: true });
  made.remove();
});

/** What it printed; `killAfterMs` after it began to open the store, it is killed. */
async function start(keys: string, killAfterMs?: number): Promise<string> {
  const child = spawn(process.execPath, [opener, folder.path, keys], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  await once(child.stdout, 'data');
  if (killAfterMs !== undefined) {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  }
  await closed;
  return printed;
}

function having(text: string): string[] {
  return readdirSync(folder.path).filter(
    (name) => name !== 'hub.lock' && readFileSync(join(folder.path, name)).includes(text),
  );
}

it('[governed.30] is done in the end, however often it is killed', async () => {
  const done = `opening\nopen with ${count}\n`;
  const began = performance.now();
  expect(await start(one)).toBe(done);
  const tookMs = performance.now() - began;
  // From one to the other and back, killed at another moment each time.
  let cut = 0;
  for (const part of [0.1, 0.3, 0.4, 0.5]) {
    const printed = await start(part === 0.4 ? `${one},${two}` : `${two},${one}`, part * tookMs);
    if (!printed.includes('open with')) cut++;
    // Whole, under one of the two, for whoever looks now; and never in the clear.
    const { key } = schemaAtRest({ dataDir: folder.path, ring: keyRingOf(`${one},${two}`) })!;
    expect(['one', 'two']).toContain(key);
    expect(having(word)).toEqual([]);
  }
  expect(cut).toBeGreaterThan(0);
  expect(await start(`${two},${one}`)).toBe(done);
  expect(await start(two)).toBe(done);
  expect(having(word)).toEqual([]);
  expect(readdirSync(folder.path).filter((name) => /copy|former/.test(name))).toEqual([]);
}, 60_000);

it('[governed.30] leaves nothing in the clear when it was killed while encryption was turned on', async () => {
  expect(await start(`off,${two}`)).toContain('open with');
  expect(having(word)).toEqual(['carrier.db']);
  // Killed between the swap and the rest: the former file is still there, under its second name.
  copyFileSync(join(folder.path, 'carrier.db'), join(folder.path, 'carrier.db.former'));
  writeFileSync(join(folder.path, 'carrier.db.copy'), word);
  expect(await start(one)).toContain('open with');
  expect(having(word)).toEqual([]);
}, 60_000);
