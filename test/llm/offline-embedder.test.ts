import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { offlineEmbedder } from '../../src/llm/offline-embedder/embedder.js';
import { cosine, embedderContract } from '../../src/testing/embedder.js';

embedderContract('offline', async () => ({ embedder: offlineEmbedder() }));

const compiled = new URL('../../dist/src/llm/offline-embedder/embedder.js', import.meta.url).href;

/** Runs a program of its own, so that its output and its end can be looked at. */
async function run(program: string): Promise<{ stdout: string; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'carrier-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'program.mjs');
  await writeFile(file, `import { offlineEmbedder } from ${JSON.stringify(compiled)};\n${program}`);
  return promisify(execFile)(process.execPath, [file], { timeout: 15_000 });
}

describe('offline embedder', () => {
  test('makes the same vectors in a batch as alone', async () => {
    const embedder = offlineEmbedder();
    onTestFinished(() => embedder.close());
    const texts = Array.from({ length: 20 }, (_, i) => `apple ${'pear '.repeat(i * 4)}`);
    const together = await embedder.embed(texts);
    for (const i of [0, 13, 19])
      expect(cosine((await embedder.embed([texts[i] ?? '']))[0], together[i])).toBeCloseTo(1, 5);
  });

  test('starts another thread after one died, and tells those who waited to try again', async () => {
    const embedder = offlineEmbedder();
    onTestFinished(() => embedder.close());
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    onTestFinished(() => post.mockRestore());
    await embedder.embed(['warm up']);
    const embedding = embedder.embed(['never made']);
    await (post.mock.contexts.at(-1) as Worker).terminate();
    await expect(embedding).rejects.toMatchObject({ code: 'model_unavailable', retryable: true });
    expect(await embedder.embed(['back again'])).toHaveLength(1);
  });

  test('ends its thread when idle, and starts it again', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    onTestFinished(() => terminate.mockRestore());
    const embedder = offlineEmbedder({ idleMs: 50 });
    onTestFinished(() => embedder.close());
    await embedder.embed(['one']);
    expect(terminate).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(terminate).toHaveBeenCalled(), 2000);
    expect(await embedder.embed(['two'])).toHaveLength(1);
  });

  test('does not keep the process alive, and prints nothing', async () => {
    const { stdout, stderr } = await run(`
      const held = setTimeout(() => {}, 10_000);
      const [vector] = await offlineEmbedder().embed(['hello']);
      console.log(vector.length);
      clearTimeout(held);
    `);
    expect({ stdout, stderr }).toEqual({ stdout: '512\n', stderr: '' });
  });
});
