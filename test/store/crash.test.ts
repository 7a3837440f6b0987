/** Kills a writing process at random moments: nothing it acknowledged is lost, and no commit is half done. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { log, temporaryFolder } from './folder.js';

const writer = fileURLToPath(new URL('./crash-writer.mjs', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder.remove());

const rooms = ['room a', 'room b', 'room c'];

/** Lines like `append <id>`, all that were printed before the kill. */
async function runAndKill(afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return printed.split('\n').slice(0, -1);
}

async function check(store: Store, acknowledged: Set<string>): Promise<void> {
  for (const line of acknowledged) {
    const [what, id] = line.split(' ') as [string, string];
    const found = what === 'append' ? await store.memories.get(id) : await store.turns.get(id);
    expect(found, line).not.toBeNull();
  }
  for (const roomId of rooms) {
    const { items } = await store.memories.history(roomId, { limit: 100_000 });
    const due = await store.outbox.due(roomId, 100_000);
    const byId = new Map(items.map((memory) => [memory.id, memory]));
    const replies = items.filter(({ role }) => role === 'assistant');
    expect(due.map(({ memory }) => memory)).toEqual(replies);
    for (const reply of replies) {
      const turn = await store.turns.get(reply.turnId!);
      expect(turn).toMatchObject({ status: 'done', replyId: reply.id });
      for (const id of turn!.covers)
        expect(byId.get(id)).toMatchObject({ status: 'handled', turnId: reply.turnId });
    }
    // No message is marked without its turn, and none that waits belongs to one.
    for (const memory of items.filter(({ role }) => role === 'user')) {
      if (memory.status === 'pending') expect(memory.turnId).toBeNull();
      else expect(replies.map(({ turnId }) => turnId)).toContain(memory.turnId);
    }
    const { messages, checkpoint } = await store.turns.claim(roomId, 10);
    if (checkpoint) expect(messages.map(({ id }) => id)).toEqual(checkpoint.covers);
    expect(await store.memories.count('ada', [roomId])).toBe(items.length);
    const found = await store.memories.search({
      agentId: 'ada',
      scopes: [roomId],
      text: 'parrots',
      limit: 100_000,
    });
    expect(found).toHaveLength(items.filter(({ status }) => status !== 'pending').length);
  }
}

it('survives kill -9 at any moment', async () => {
  const acknowledged = new Set<string>();
  for (let i = 0; i < 6; i++) {
    for (const line of await runAndKill(Math.random() * 250)) acknowledged.add(line);
    const store = await openLibsqlStore({ dataDir: folder.path, log });
    await check(store, acknowledged);
    await store.close();
  }
  expect(acknowledged.size).toBeGreaterThan(50);
}, 120_000);
