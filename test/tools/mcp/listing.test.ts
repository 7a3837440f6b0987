import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { toolOfSource } from '../../../src/tools/offered.js';
import { linesOf, stubSettings, TestSources, until } from '../../servers/mcp/source.js';

const schema = { type: 'object', properties: {} };
const tool = (name: string, more: object = {}) => ({ name, inputSchema: schema, ...more });

let sources: TestSources;
afterEach(() => sources?.close());

async function stub(options: Record<string, unknown>, more: Record<string, unknown> = {}) {
  sources = await TestSources.open({ stub: stubSettings(options, more) });
  return sources;
}

describe('the list of a server’s tools', () => {
  it('[act.1] is read page by page, and tools of every page can be called', async () => {
    await stub({ pages: { '': { tools: [tool('a')], nextCursor: 'p2' }, p2: { tools: [tool('b')] } } });
    expect(await sources.names()).toEqual(['a', 'b']);
    expect(await sources.call('b')).toEqual({ text: 'b was called' });
    expect(await sources.findings()).toEqual([
      'ok the server answers: stub 1, revision 2025-11-25',
      'ok it has 2 tools',
    ]);
  });

  it('[act.1] ends where it says that nothing follows', async () => {
    await stub({ pages: { '': { tools: [tool('a')], nextCursor: null } } });
    expect(await sources.names()).toEqual(['a']);
    expect(await sources.findings()).toContain('ok it has 1 tools');
  });

  it.each([
    ['itself', { '': { tools: [tool('a')], nextCursor: 'x' }, x: { tools: [tool('a')], nextCursor: 'x' } }],
    [
      'a circle of two',
      {
        '': { tools: [tool('a')], nextCursor: 'x' },
        x: { tools: [tool('b')], nextCursor: 'y' },
        y: { tools: [tool('b')], nextCursor: 'x' },
      },
    ],
  ])('[act.1] ends where a page points to %s, with each tool once and a warning', async (_, pages) => {
    await stub({ pages });
    const names = await sources.names();
    expect(names).toEqual([...new Set(names)]);
    expect(names[0]).toBe('a');
    expect(await sources.findings()).toContainEqual(
      'WRONG its tools: Its list of tools has a page that points to an earlier one; reading ended there.',
    );
  });

  it('takes those alone that the settings want', async () => {
    await stub({ tools: ['read_a', 'read_b', 'write_a'].map((name) => tool(name)) }, { tools: ['read_*'] });
    expect(await sources.names()).toEqual(['read_a', 'read_b']);
    await expect(sources.call('write_a')).rejects.toThrow('has no tool "write_a"');
  });

  it('[act.10] leaves out what cannot be used, by name, and nothing else', async () => {
    const pair = {
      type: 'object',
      properties: { at: { prefixItems: [{ type: 'string' }, { type: 'number' }] } },
    };
    const slug = { type: 'object', 'x-vendor': 1, properties: { name: { type: 'string', format: 'slug' } } };
    await stub({
      tools: [
        tool('pair', { inputSchema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...pair } }),
        tool('slug', { inputSchema: slug }),
        tool('broken', { inputSchema: { type: 'object', properties: { a: { type: 'strange' } } } }),
        tool('text', { inputSchema: { type: 'string' } }),
        { name: 'none' },
        'no tool',
      ],
    });
    const source = await sources.running();
    const usable = (await source.source.tools()).flatMap((one) => {
      try {
        return [toolOfSource(source, one)];
      } catch {
        return [];
      }
    });
    expect(usable.map(({ key }) => key)).toEqual(['mcp:stub:pair', 'mcp:stub:slug']);
    expect(usable[0]!.read({ at: ['a', 'b'] })).toMatchObject({ ok: false });
    expect(usable[0]!.read({ at: ['a', 1] })).toMatchObject({ ok: true });
    expect(usable[1]!.read({ name: 'a-b' })).toMatchObject({ ok: true });
    const said = (await sources.findings()).join('\n');
    expect(said).toContain(
      'WRONG its tools: The tool "text" has a schema that is not of an object; it is off.',
    );
    expect(said).toContain('The tool "none" has no usable inputSchema; it is off.');
    expect(said).toContain('WRONG the tool "broken": It is off: its schema cannot be used.');
  });

  it('[act.7] [act.8] gives names to models that are distinct and take any service; keys stay as they are', async () => {
    const long = 'enterprise-database-management';
    const tools = ['v1', 'v2'].map((end) => tool(`synchronize_all_customer_data_across_systems_${end}`));
    const settings = stubSettings({ tools: [...tools, tool('files/read.now')] });
    const named = async () => {
      sources = await TestSources.open({ [long]: settings });
      const source = await sources.running(`mcp:${long}`);
      return (await source.source.tools()).map((one) => toolOfSource(source, one));
    };
    const first = await named();
    await sources.close();
    const again = await named();
    const names = first.map(({ name }) => name);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names).size).toBe(3);
    expect(again.map(({ name }) => name)).toEqual(names);
    expect(first.map(({ key }) => key)).toEqual([
      `mcp:${long}:synchronize_all_customer_data_across_systems_v1`,
      `mcp:${long}:synchronize_all_customer_data_across_systems_v2`,
      `mcp:${long}:files/read.now`,
    ]);
  });

  it('[act.8] gives no name to models that a tool of another server has, whatever that calls its tools', () => {
    const name = (source: string, called: string) =>
      toolOfSource(
        { name: source, trusted: false, source: null as never },
        {
          ...{ name: called, description: 'x', parameters: { type: 'object' } },
        },
      ).name;
    const own = name('mcp:google_drive', 'delete');
    expect(name('mcp:google', 'drive_delete')).not.toBe(own);
    expect(name('mcp:google', own.replace(/^google_/, ''))).not.toBe(own);
    const long = name('mcp:files', 'read.now');
    expect(name('mcp:files', long.replace(/^files_/, ''))).not.toBe(long);
    expect(name('mcp:files', 'read_now')).toBe('files_read_now');
  });

  it('is read again when it changes, once for many changes at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-lists-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const log = join(folder, 'lists');
    await stub({ log });
    const before = await sources.tools();
    await sources.call('relist', { names: ['new', 'other'], times: 200 });
    await until(async () => (await sources.names()).includes('new'));
    expect(await sources.names()).toEqual(['new', 'other']);
    expect(await sources.tools()).not.toBe(before);
    expect(linesOf(log).length).toBeLessThan(5);
  });

  it('is empty where the server says that it has no tools', async () => {
    await stub({ toolless: true });
    expect(await sources.tools()).toEqual([]);
    expect(await sources.findings()).toContain('WRONG its tools: It says that it has no tools.');
  });

  it('stays the same object while it is the same list', async () => {
    await stub({});
    const before = await sources.tools();
    expect(await sources.tools()).toBe(before);
  });

  it('[act.12] has the hints that the server gives, and no others', async () => {
    await stub({
      tools: [tool('plain'), tool('sure', { annotations: { readOnlyHint: true, title: 'Sure' } })],
    });
    const [plain, sure] = await sources.tools();
    expect(plain!.hints).toEqual({});
    expect(sure!.hints).toEqual({ readOnly: true });
    const running = await sources.running();
    const worst = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
    expect(toolOfSource(running, plain!).hints).toEqual(worst);
    expect(toolOfSource(running, sure!).hints).toEqual(worst);
    expect(toolOfSource({ ...running, trusted: true }, sure!).hints).toEqual({ ...worst, readOnly: true });
  });
});
