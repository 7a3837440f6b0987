/** HTTP tools that are registered while the hub runs. */
import { z } from 'zod';
import { HttpTool, ToolName } from '../tools/http/definition.js';
import { importTools, ToolImport } from '../tools/http/import.js';
import type { RegisteredTool } from '../tools/http/tools.js';
import { defineOperation } from './operation.js';
import { instant } from './shapes.js';

const version = z.coerce.number().int().min(1).optional();
const Registered = z.object({
  tool: z.looseObject({ name: z.string(), method: z.string(), url: z.string(), agents: z.array(z.string()) }),
  /** Give it back with a change: it is refused where somebody else was faster. */
  version: z.number(),
  changedAt: instant,
});
const One = z.strictObject({ name: ToolName });
const audit = ({ name }: { name: string }) => ({ name });

export const addTool = defineOperation({
  name: 'tools.add',
  about: 'register a tool that calls an address over HTTP',
  permission: 'tools.change',
  input: HttpTool,
  example: { name: 'open_hours', description: 'When the shop is open.', url: 'https://shop.example/hours' },
  output: Registered,
  audit,
  run: async (tool, { httpTools }) => shown(await httpTools.add(tool)),
});

export const registeredTools = defineOperation({
  name: 'tools.registered',
  about: 'the tools that were registered, as they are',
  permission: 'tools.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({ tools: z.array(Registered) }),
  run: async (_input, { httpTools }) => ({ tools: (await httpTools.list()).map(shown) }),
});

export const showTool = defineOperation({
  name: 'tools.show',
  about: 'one that was registered; secrets are references there',
  permission: 'tools.read',
  reads: true,
  input: One,
  output: Registered,
  audit,
  run: async ({ name }, { httpTools }) => shown(await httpTools.get(name)),
});

export const changeTool = defineOperation({
  name: 'tools.change',
  about: 'replace the definition of one',
  permission: 'tools.change',
  input: HttpTool.safeExtend({ version }),
  example: { name: 'open_hours', description: 'When the shop is open.', url: 'https://shop.example/hours' },
  output: Registered,
  audit,
  run: async ({ version, ...tool }, { httpTools }) => shown(await httpTools.change(tool, version)),
});

export const removeTool = defineOperation({
  name: 'tools.remove',
  about: 'take one away from all agents',
  permission: 'tools.change',
  input: One.extend({ version }),
  output: z.object({ name: z.string() }),
  audit,
  async run({ name, version }, { httpTools }) {
    await httpTools.remove(name, version);
    return { name };
  },
});

export const importTool = defineOperation({
  name: 'tools.import',
  about: 'register the operations of an OpenAPI document, or take over how they have changed',
  permission: 'tools.change',
  input: ToolImport,
  example: { url: 'https://shop.example/openapi.json', prefix: 'shop_' },
  output: z.object({
    ...{ added: z.array(z.string()), changed: z.array(z.string()), unchanged: z.array(z.string()) },
    skipped: z.array(z.object({ operation: z.string(), problem: z.string() })),
  }),
  // Addresses may hold what nobody should read.
  audit: ({ url = '', prefix, agents }) => ({
    host: /^https?:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1],
    ...{ prefix, agents },
  }),
  run: (input, { httpTools }) => importTools(input, httpTools),
});

function shown({ tool, ...rest }: RegisteredTool) {
  return { ...rest, tool: { ...tool } };
}
