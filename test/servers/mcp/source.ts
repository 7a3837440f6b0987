/** MCP servers as the hub makes them of its settings, without the rest of the hub. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolSources } from '../../../src/agents/tool-sources.js';
import { readConfig } from '../../../src/config.js';
import { Character } from '../../../src/core/character.js';
import type { ActionContext, SourceTool, ToolResult } from '../../../src/extension-api.js';
import { Registry } from '../../../src/extensions/registry.js';
import { createLogger } from '../../../src/logger.js';
import { References } from '../../../src/secrets/references.js';
import type { RunningSource, ToolSourceEntry } from '../../../src/tools/tool-source.js';

const stub = fileURLToPath(new URL('stub.mjs', import.meta.url));

/** Settings of the stub; see there what it takes. */
export function stubSettings(options: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return { type: 'mcp', command: process.execPath, args: [stub, JSON.stringify(options)], ...more };
}

const require = createRequire(import.meta.url);
const official = {
  everything: require.resolve('@modelcontextprotocol/server-everything/package.json'),
  filesystem: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  memory: require.resolve('@modelcontextprotocol/server-memory/package.json'),
};

/** Settings of one of the protocol's own servers. */
export function officialSettings(name: keyof typeof official, ...args: string[]) {
  return {
    type: 'mcp',
    command: process.execPath,
    args: [join(official[name], '..', 'dist/index.js'), ...args],
  };
}

interface CallOptions {
  signal?: AbortSignal;
  idempotencyKey?: string;
  source?: string;
}

/** The sources of one agent, on a data folder of their own unless one is given. */
export class TestSources {
  readonly folder: string;
  readonly sources: ToolSources;
  readonly #entries: ToolSourceEntry[];

  private constructor(folder: string, sources: ToolSources, entries: ToolSourceEntry[]) {
    this.folder = folder;
    this.sources = sources;
    this.#entries = entries;
  }

  static async open(
    named: Record<string, Record<string, unknown> & { type: string }>,
    {
      entries = Object.keys(named) as ToolSourceEntry[],
      env = {} as Record<string, string>,
      folder = '',
    } = {},
  ): Promise<TestSources> {
    const dataFolder = folder || mkdtempSync(join(tmpdir(), 'carrier-mcp-'));
    const { given } = readConfig(env);
    const registry = await Registry.open({ modules: [], folder: dataFolder });
    const secrets = new References({ given, folder: dataFolder, stored: async () => null });
    const log = createLogger('silent');
    const parts = { named, folder: dataFolder, dataFolder, registry, secrets, log, retryMs: 0 };
    return new TestSources(dataFolder, new ToolSources(parts), entries);
  }

  get agent() {
    const character = Character.parse({ name: 'Eliza', bio: '.', toolSources: this.#entries });
    return { id: 'eliza', character };
  }

  async running(name = 'mcp:stub'): Promise<RunningSource> {
    const found = (await this.sources.of(this.agent)).find((one) => one.name === name);
    if (!found) throw new Error(`${name} is not made`);
    return found;
  }

  async tools(name?: string): Promise<readonly SourceTool[]> {
    return (await this.running(name)).source.tools();
  }

  async names(name?: string): Promise<string[]> {
    return (await this.tools(name)).map((tool) => tool.name);
  }

  async call(
    tool: string,
    parameters: Record<string, unknown> = {},
    { signal, idempotencyKey = 'key', source = 'mcp:stub' }: CallOptions = {},
  ): Promise<ToolResult> {
    const context = { signal: signal ?? new AbortController().signal, idempotencyKey } as ActionContext;
    return (await this.running(source)).source.call(tool, parameters, context);
  }

  /** What the doctor says, a line each. */
  async findings(name?: string): Promise<string[]> {
    const found = await (await this.running(name)).source.findings();
    return found.map(({ check, ok, fix }) => `${ok ? 'ok' : 'WRONG'} ${check}${fix ? `: ${fix}` : ''}`);
  }

  async close(): Promise<void> {
    await this.sources.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The lines of a file that may not be there yet. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until it holds; the test's own timeout ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
