import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isAlive, linesOf, stubSettings, TestSources, until } from '../../servers/mcp/source.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let sources: TestSources;
afterEach(() => sources?.close());

let count = 0;
/** The stub behind a shell that stays, as `npx` does. */
function wrapped(options: Record<string, unknown>) {
  const { command, args } = stubSettings(options);
  return { type: 'mcp', command: 'sh', args: ['-c', `"$0" "$@"; true`, command, ...args] };
}

describe('a server that is a process', () => {
  it('[act.5] sees its own environment and six names of ours, and no secret but its own', async () => {
    const env = { MCP_KEY: 'own-secret-of-one', CARRIER_KEY: 'hub-secret-1', SOME_API_KEY: 'hub-secret-2' };
    Object.assign(process.env, env);
    sources = await TestSources.open(
      {
        one: stubSettings({}, { env: { FOO: '1' }, secrets: { TOKEN: 'env:MCP_KEY' } }),
        two: stubSettings(),
      },
      { env },
    );
    for (const name of Object.keys(env)) delete process.env[name];
    const seen = async (source: string) => JSON.parse((await sources.call('env', {}, { source })).text);
    const ours = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];
    const others = (values: object) => Object.keys(values).filter((name) => !ours.includes(name));
    expect(others(await seen('mcp:one')).sort()).toEqual(['FOO', 'TOKEN']);
    expect(others(await seen('mcp:two'))).toEqual([]);
    // Its own secret does not come back in a result.
    expect((await seen('mcp:one')).TOKEN).toBe('[redacted]');
    expect((await seen('mcp:two')).PATH).toBe(process.env.PATH);
  });

  it('[act.5] is found through PATH, and runs where the settings say', async () => {
    const { args } = stubSettings();
    sources = await TestSources.open({ stub: { type: 'mcp', command: 'node', args, cwd: tmpdir() } });
    expect(await sources.names()).toContain('echo');
  });

  it.each([
    ['that ends by itself', {}],
    ['that ignores all but SIGKILL', { deaf: true }],
  ])('[act.4] %s behind a wrapper is gone with it once the source is closed', async (_, options) => {
    const started = join(folder, `started-${++count}`);
    sources = await TestSources.open({ stub: wrapped({ ...options, started }) });
    await sources.tools();
    const [pid] = linesOf(started).map(Number);
    expect(isAlive(pid!)).toBe(true);
    await sources.close();
    await until(() => !isAlive(pid!));
    // Nothing was begun anew.
    expect(linesOf(started)).toHaveLength(1);
    await expect(sources.call('echo')).rejects.toThrow();
  });

  it('comes back after a crash, with its tools; its last words are for the doctor, not for the model', async () => {
    const started = join(folder, `started-${++count}`);
    sources = await TestSources.open({ stub: stubSettings({ started }) });
    await sources.tools();
    for (let crashes = 1; crashes <= 2; crashes++) {
      const result = await sources.call('die', { words: 'password=geheim-42 is wrong' });
      expect(result).toMatchObject({ unknown: true, text: expect.not.stringContaining('wrong') });
      expect(await sources.call('echo', { said: 'back' })).toEqual({ text: 'back' });
      expect(linesOf(started)).toHaveLength(crashes + 1);
    }
    expect(await sources.names()).toContain('echo');
  });

  it('that cannot run is told by the doctor with what it wrote, bounded and harmless', async () => {
    const script = `process.stderr.write('x'.repeat(100000) + '\\n\\x1b[31mapi_key: abc123def456\\u202E\\n'); process.exit(7)`;
    sources = await TestSources.open({ stub: { type: 'mcp', command: 'node', args: ['-e', script] } });
    expect(await sources.tools()).toEqual([]);
    const [found, ...more] = await sources.findings();
    expect(more).toEqual([]);
    expect(found).toMatch(/^WRONG the server answers: It is away: it ended with code 7\. It wrote:\nx/);
    expect(found!.length).toBeLessThan(1000);
    expect(found).toContain('api_key: [redacted]');
    for (const hidden of ['\x1b', '\u202E', 'abc123def456']) expect(found).not.toContain(hidden);
  });

  it('of a command that there is not is told so', async () => {
    sources = await TestSources.open({ stub: { type: 'mcp', command: 'no-such-command-here' } });
    expect((await sources.findings())[0]).toMatch(
      /^WRONG the server answers: It is away: "no-such-command-here" cannot be started \(no such command/,
    );
    await expect(sources.call('echo')).rejects.toThrow('The server is away: "no-such-command-here" cannot');
  });

  it.each(['server/discover', 'initialize'])('that ends at %s is tried as an older one is', async (dieAt) => {
    sources = await TestSources.open({ stub: stubSettings({ dieAt }) });
    if (dieAt === 'server/discover') await until(async () => (await sources.names()).includes('echo'));
    else expect(await sources.tools()).toEqual([]);
  });

  it('may greet on its standard output; the doctor says so', async () => {
    sources = await TestSources.open({
      stub: stubSettings({ greeting: 'Server v1 ready!\n{"no": "message"}' }),
    });
    expect(await sources.names()).toContain('echo');
    expect(await sources.findings()).toContainEqual(
      'ok its standard output: 2 lines of it are no messages of the protocol.',
    );
  });

  it.each([
    ['one line without end', 'x'.repeat(65536)],
    ['lines without end', 'noise\n'.repeat(10_000)],
    [
      'notifications without end',
      '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'.repeat(1000),
    ],
  ])(
    'that floods with %s is ended, and comes back; the hub goes on meanwhile',
    async (_, line) => {
      sources = await TestSources.open({ stub: stubSettings(), other: stubSettings() });
      await sources.tools();
      const before = process.memoryUsage().rss;
      const flooding = sources.call('flood', { line });
      expect((await sources.call('echo', { said: 'alive' }, { source: 'mcp:other' })).text).toBe('alive');
      expect(await flooding).toMatchObject({ unknown: true });
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
      expect((await sources.call('echo', { said: 'back' })).text).toBe('back');
    },
    30_000,
  );

  it('may mutter as much as it wants to', async () => {
    sources = await TestSources.open({ stub: stubSettings() });
    expect((await sources.call('mutter', { bytes: 32 * 1024 * 1024 })).text).toBe('muttered');
  });
});
