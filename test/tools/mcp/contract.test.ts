import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuardedSource } from '../../../src/agents/guarded-source.js';
import { toolSourceContract } from '../../../src/testing/tool-source.js';
import { McpSettings } from '../../../src/tools/mcp/settings.js';
import { McpSource } from '../../../src/tools/mcp/source.js';
import { HttpStub } from '../../servers/mcp/http-stub.js';
import { stubSettings } from '../../servers/mcp/source.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function made(said: Record<string, unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-contract-'));
  const { type: _, ...values } = said;
  const settings = McpSettings.parse(values);
  const nameOf = (field: string) => field;
  const parts = { name: 'stub', folder, dataFolder: folder, trusted: false, settings, nameOf, log: silent };
  return { source: new McpSource(parts), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const child = (modern: boolean) => async () => {
  const { source, remove } = made(stubSettings({ modern }));
  const slow = { tool: 'hang', parameters: {} };
  return { source, tool: 'echo', parameters: { said: 'hi' }, slow, close: async () => remove() };
};

toolSourceContract('mcp, a process', child(false));
toolSourceContract('mcp, a process of revision 2026-07-28', child(true));

toolSourceContract('mcp, an address', async () => {
  const server = new HttpStub();
  await server.start();
  const { source, remove } = made({ url: server.url });
  const close = async () => {
    await server.stop();
    remove();
  };
  return { source, tool: 'old', parameters: {}, close };
});

toolSourceContract('a guarded source', async () => {
  const { source, remove } = made(stubSettings());
  return {
    source: new GuardedSource(source),
    tool: 'echo',
    parameters: { said: 'hi' },
    close: async () => remove(),
  };
});
