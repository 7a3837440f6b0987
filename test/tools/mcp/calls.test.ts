import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { linesOf, stubSettings, TestSources, until } from '../../servers/mcp/source.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let sources: TestSources;
afterEach(() => sources?.close());

async function stub(more: Record<string, unknown> = {}, options: Record<string, unknown> = {}) {
  sources = await TestSources.open({ stub: stubSettings(options, more) });
}

const hinted = (name: string, annotations: object) => ({
  name,
  inputSchema: { type: 'object' },
  annotations,
});

describe('a call', () => {
  it('[act.3] may take longer than the timeout while the server tells its progress', async () => {
    await stub({ timeoutMs: 400, totalTimeoutMs: 5000 });
    expect((await sources.call('slow', { ms: 1500, everyMs: 100 })).text).toMatch(/^done after \d+$/);
  });

  it('[act.3] ends at the total limit, whatever progress the server tells; the server is told', async () => {
    await stub({ timeoutMs: 400, totalTimeoutMs: 1200 });
    expect(await sources.call('slow', { ms: 3000, everyMs: 100 })).toMatchObject({
      unknown: true,
      text: expect.stringContaining('did not answer within 1200 ms. Nobody knows'),
    });
    expect(JSON.parse((await sources.call('cancelled')).text)).toHaveLength(1);
  });

  it('[act.3] without progress ends at the timeout; the server stays', async () => {
    await stub({ timeoutMs: 300 });
    expect(await sources.call('hang')).toMatchObject({ unknown: true });
    expect(await sources.call('echo', { said: 'still here' })).toEqual({ text: 'still here' });
  });

  it('that is called off reaches the server as called off', async () => {
    await stub();
    const turn = new AbortController();
    await sources.tools();
    const calling = sources.call('hang', {}, { signal: turn.signal });
    setTimeout(() => turn.abort(new Error('stopped')), 200);
    await expect(calling).rejects.toThrow('stopped');
    await until(async () => JSON.parse((await sources.call('cancelled')).text).length === 1);
  });

  it.each(['die', 'hang'])(
    '[act.6] whose server dies (%s) runs once, and its outcome is unknown',
    async (end) => {
      const [file, started] = [join(folder, `once-${end}`), join(folder, `started-${end}`)];
      await stub({}, { started });
      await sources.tools();
      const calling = sources.call('append', { file, after: end });
      if (end === 'hang') {
        await until(() => linesOf(file).length === 1);
        process.kill(Number(linesOf(started)[0]), 'SIGKILL');
      }
      expect(await calling).toEqual({
        text: expect.stringMatching(/ended before it answered.*Nobody knows whether the call took effect/),
        failed: true,
        unknown: true,
      });
      expect(await sources.call('echo', { said: 'back' })).toEqual({ text: 'back' });
      expect(linesOf(file)).toEqual(['called']);
      expect(linesOf(started)).toHaveLength(2);
    },
  );

  it.each([
    [
      'a tool that says it may run again, of a server that is not trusted',
      false,
      { idempotentHint: true },
      1,
    ],
    ['such a tool of a trusted server', true, { idempotentHint: true }, 2],
    ['a tool that changes nothing, of a trusted server', true, { readOnlyHint: true }, 2],
    ['another tool of a trusted server', true, { openWorldHint: false }, 1],
  ])('[act.6] of %s', async (what, trusted, hints, runs) => {
    const file = join(folder, what.replaceAll(' ', '-'));
    await stub({ trusted }, { tools: [hinted('append', hints)] });
    const result = await sources.call('append', { file, after: 'die' });
    expect(linesOf(file)).toHaveLength(runs);
    expect(result.unknown).toBe(runs === 1 ? true : undefined);
    expect(result.failed).toBe(true);
  });

  it('[act.9] that failed keeps its words, also beside what is structured', async () => {
    const outputSchema = { type: 'object', properties: { ok: {} }, required: ['ok'] };
    await stub({}, { tools: [{ name: 'fail', inputSchema: { type: 'object' }, outputSchema }] });
    expect(await sources.call('fail')).toEqual({ text: 'disk full\n\n{"error":"x"}', failed: true });
    // One that says it did not fail, and breaks its promise of a form, is a result all the same.
    expect(await sources.call('fail', { isError: false })).toEqual({ text: 'disk full\n\n{"error":"x"}' });
    expect(await sources.call('fail', { isError: false, structuredContent: undefined })).toEqual({
      text: 'disk full\n\n{"error":"x"}',
    });
  });

  it('carries an idempotency key, and nothing else of the hub', async () => {
    await stub();
    expect(JSON.parse((await sources.call('meta', {}, { idempotencyKey: 'k-1' })).text)).toEqual({
      'carrier-hub/idempotencyKey': 'k-1',
      progressToken: expect.any(Number),
    });
  });

  it('that is answered twice has the first answer', async () => {
    await stub();
    expect(await sources.call('twice')).toEqual({ text: 'first' });
    expect(await sources.call('echo', { said: 'second?' })).toEqual({ text: 'second?' });
  });

  it('keeps images as files', async () => {
    await stub();
    expect(await sources.call('image')).toEqual({
      text: '[file image-1.png, image/png, 8 bytes]',
      files: [{ name: 'image-1.png', mediaType: 'image/png', bytes: Buffer.from('iVBORw0KGgo=', 'base64') }],
    });
    const broken = await sources.call('image', { data: '<script>' });
    expect(broken).toMatchObject({
      unknown: true,
      text: expect.stringMatching(/^The server answered with what is no result/),
    });
  });

  it('of a tool that went away meanwhile is refused without asking', async () => {
    await stub();
    await sources.call('relist', { names: ['echo'] });
    await until(async () => (await sources.names()).length === 1);
    await expect(sources.call('image')).rejects.toThrow('The server has no tool "image" now.');
  });
});
