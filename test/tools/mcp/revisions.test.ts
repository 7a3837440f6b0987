import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { linesOf, stubSettings, TestSources, until } from '../../servers/mcp/source.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-revisions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let sources: TestSources;
afterEach(() => sources?.close());

describe('[act.13] a server', () => {
  it('of revision 2026-07-28 lists and calls; the doctor says which it is', async () => {
    sources = await TestSources.open({ stub: stubSettings({ modern: true }) });
    expect(await sources.names()).toContain('echo');
    expect(await sources.call('echo', { said: 'new' })).toEqual({ text: 'new' });
    expect(await sources.findings()).toContain('ok the server answers: stub 2, revision 2026-07-28');
  });

  it('of that revision, as the SDK makes it, lists, calls and tells that it has another tool', async () => {
    const server = fileURLToPath(new URL('../../servers/mcp/sdk.mjs', import.meta.url));
    sources = await TestSources.open({ stub: { type: 'mcp', command: process.execPath, args: [server] } });
    expect(await sources.names()).toEqual(['add']);
    expect(await sources.call('add', { a: 2, b: 3 })).toEqual({ text: '5' });
    await until(async () => (await sources.names()).includes('sum-5'));
    expect(await sources.call('sum-5')).toEqual({ text: 'new' });
    expect(await sources.findings()).toContain('ok the server answers: sdk 2, revision 2026-07-28');
  });

  it('of that revision tells changes on the stream that is asked for', async () => {
    sources = await TestSources.open({ stub: stubSettings({ modern: true }) });
    await sources.tools();
    await sources.call('relist', { names: ['fresh'], times: 50 });
    await until(async () => (await sources.names()).includes('fresh'));
  });

  it('that asks for input without end is cut after a few rounds, and stays', async () => {
    sources = await TestSources.open({ stub: stubSettings({ modern: true }) });
    const result = await sources.call('trap');
    expect(result).toMatchObject({
      failed: true,
      text: expect.stringMatching(
        /^The server asks for input of a person or a model, which it is not given here/,
      ),
    });
    expect(result.unknown).toBeUndefined();
    expect(await sources.call('echo', { said: 'on' })).toEqual({ text: 'on' });
  });

  it('of before, which leaves the question unanswered that it does not know, is greeted as such', async () => {
    const started = join(folder, 'started');
    sources = await TestSources.open({ stub: stubSettings({ silentAt: 'server/discover', started }) });
    await until(async () => (await sources.names()).includes('echo'));
    expect(await sources.findings()).toContain('ok the server answers: stub 1, revision 2025-11-25');
    expect(linesOf(started)).toHaveLength(1);
  });

  it('that says nothing more at all is begun anew', async () => {
    const started = join(folder, 'silent');
    sources = await TestSources.open({
      stub: stubSettings({ started, silentAt: 'ping' }, { timeoutMs: 300 }),
    });
    await sources.tools();
    expect(await sources.call('hang')).toMatchObject({ unknown: true });
    await until(() => linesOf(started).length === 2);
    expect(await sources.call('echo', { said: 'anew' })).toEqual({ text: 'anew' });
  });
});
