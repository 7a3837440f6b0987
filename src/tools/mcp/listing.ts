/** What a server says it can do, read page by page; what cannot be used of it is left out by name. */
import type { Client, Tool } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { SourceTool } from '../../extension-api.js';

/** Pages, and tools, of one server. */
const mostPages = 100;
const mostTools = 1000;
const longestName = 256;
const longestDescription = 8000;
/** Of a tool's schema, in characters of JSON. */
const longestSchema = 100_000;

/** Read loosely: one tool that is described badly must not take the others with it. */
const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() });

const hint = z.boolean().optional().catch(undefined);
const Described = z.looseObject({
  name: z.string().min(1).max(longestName, `has a name of more than ${longestName} characters`),
  description: z.string().optional().catch(undefined),
  inputSchema: z.looseObject({ type: z.literal('object', 'has a schema that is not of an object') }),
  annotations: z
    .looseObject({ readOnlyHint: hint, destructiveHint: hint, idempotentHint: hint, openWorldHint: hint })
    .optional()
    .catch(undefined),
});

/** A tool, and what the SDK wants to know of it when it is called. */
export interface ListedTool extends SourceTool {
  readonly definition: Tool;
}

export interface Listing {
  tools: ListedTool[];
  /** What is odd about it, a sentence each. */
  warnings: string[];
}

export interface ListingRules {
  /** Names that are taken, with `*` for any text. */
  wanted: string[];
  /** How long a call may take, in ms. */
  timeoutMs: number;
  /** What approvals hold for besides the tool itself. */
  binding: unknown;
  /** Whether what it says of its tools counts, so that approvals hold for that, too. */
  trusted: boolean;
}

/** @param timeoutMs for each page. @throws where a page cannot be had */
export async function listTools(client: Client, rules: ListingRules, timeoutMs: number): Promise<Listing> {
  if (!client.getServerCapabilities()?.tools)
    return { tools: [], warnings: ['It says that it has no tools.'] };
  const tools = new Map<string, ListedTool>();
  const warnings: string[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const params = cursor === undefined ? {} : { cursor };
    const page = await client.request({ method: 'tools/list', params }, Page, { timeout: timeoutMs });
    for (const said of page.tools) {
      const tool = toolOf(said, rules);
      if (typeof tool === 'string') warnings.push(tool);
      else if (tools.has(tool.name)) warnings.push(`Lists "${tool.name}" twice; the first is used.`);
      else if (isWanted(tool.name, rules.wanted)) tools.set(tool.name, tool);
    }
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined) break;
    if (cursors.has(cursor)) {
      warnings.push('Its list of tools has a page that points to an earlier one; reading ended there.');
      break;
    }
    cursors.add(cursor);
    if (pages >= mostPages || tools.size > mostTools) {
      warnings.push(`Its list of tools has no end; reading ended after ${pages} pages.`);
      break;
    }
  }
  if (tools.size > mostTools) warnings.push(`It has ${tools.size} tools; the first ${mostTools} are used.`);
  return {
    tools: [...tools.values()].slice(0, mostTools),
    // A server that repeats itself must not fill the log.
    warnings: [...new Set(warnings)].slice(0, 20),
  };
}

/** Or what is wrong with it. */
function toolOf(said: unknown, { timeoutMs, binding, trusted }: ListingRules): ListedTool | string {
  const { data, error } = Described.safeParse(said);
  if (!data) {
    const name = String((said as { name?: unknown } | null)?.name).slice(0, 64);
    const [issue] = error.issues;
    const why = issue!.message.startsWith('has ') ? issue!.message : `has no usable ${issue!.path.join('.')}`;
    return `The tool "${name}" ${why}; it is off.`;
  }
  const { name, description = '', inputSchema, annotations = {} } = data;
  if (JSON.stringify(inputSchema).length > longestSchema)
    return `The tool "${name}" has a schema of more than ${longestSchema} characters; it is off.`;
  const { outputSchema: _, ...definition } = said as Tool;
  const hints = {
    ...(annotations.readOnlyHint !== undefined && { readOnly: annotations.readOnlyHint }),
    ...(annotations.destructiveHint !== undefined && { destructive: annotations.destructiveHint }),
    ...(annotations.idempotentHint !== undefined && { idempotent: annotations.idempotentHint }),
    ...(annotations.openWorldHint !== undefined && { openWorld: annotations.openWorldHint }),
  };
  return {
    name,
    description: description.slice(0, longestDescription),
    parameters: inputSchema,
    hints,
    timeoutMs,
    binding: trusted ? { server: binding, hints } : { server: binding },
    // A result that breaks the promise of its form is a result all the same.
    definition,
  };
}

function isWanted(name: string, wanted: string[]): boolean {
  return wanted.some((rule) => {
    const parts = rule.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
  });
}
