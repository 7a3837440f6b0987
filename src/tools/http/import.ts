/** Registers the operations of an OpenAPI document as tools; the same document again changes what is other by then. */
import { z } from 'zod';
import { AgentId } from '../../core/character.js';
import { FatalError } from '../../errors.js';
import { problemsOf, problemText } from '../../problems.js';
import { HttpTool } from './definition.js';
import { toolsOf } from './openapi.js';
import type { HttpTools, RegisteredTool } from './tools.js';

const most = 300;

export const ToolImport = z
  .strictObject({
    /** The document, as an object or as text of JSON or YAML. */
    document: z.union([z.record(z.string(), z.unknown()), z.string().min(1)]).optional(),
    /** Where it is, in its place. */
    url: z
      .url({ protocol: /^https?$/ })
      .max(4000)
      .optional(),
    /** Where the API is, whatever the document says. */
    base: z
      .url({ protocol: /^https?$/ })
      .max(4000)
      .optional(),
    /** Names of the tools begin so. */
    prefix: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/,
        'must be letters, digits, "_" and "-", at most 31 characters',
      )
      .optional(),
    /** Of the tools it would give, by name: these alone. */
    only: z.array(z.string().max(64)).min(1).max(most).optional(),
    agents: z.array(z.union([z.literal('*'), AgentId])).max(1000),
    headers: z.record(z.string(), z.string().max(4000)).default({}),
    allowPrivate: z.boolean().default(false),
  })
  .refine(({ document, url }) => document !== undefined || url !== undefined, {
    path: ['document'],
    message: 'is missing: give the document, or its url',
  });

export interface Imported {
  /** Names. */
  added: string[];
  changed: string[];
  unchanged: string[];
  /** What no tool was made of, and why. */
  skipped: { operation: string; problem: string }[];
}

/** @throws FatalError `invalid_field` where the document is none, and what `fetch` throws */
export async function importTools(
  { document, url, base, prefix, only, agents, headers, allowPrivate }: z.output<typeof ToolImport>,
  tools: Pick<HttpTools, 'list' | 'add' | 'change' | 'fetch'>,
): Promise<Imported> {
  const read = document ?? (await tools.fetch(new URL(url!), allowPrivate));
  const described = toolsOf(read, { base, url, prefix });
  const wanted = described.tools.filter(({ name }) => only?.includes(name) ?? true);
  if (wanted.length > most)
    throw new FatalError(
      'invalid_field',
      `The document has ${wanted.length} operations; choose at most ${most} with "only".`,
      {
        field: 'only',
      },
    );
  const known = new Map((await tools.list()).map((one) => [one.tool.name, one]));
  const imported: Imported = {
    added: [],
    changed: [],
    unchanged: [],
    skipped: only ? [] : described.skipped,
  };
  for (const name of only ?? [])
    if (!wanted.some((one) => one.name === name))
      imported.skipped.push({ operation: name, problem: 'the document gives no tool of that name' });
  for (const said of wanted) {
    const { data: tool, error } = HttpTool.safeParse({ ...said, agents, headers, allowPrivate });
    const before = known.get(said.name);
    if (error) {
      imported.skipped.push({ operation: said.name, problem: problemText(problemsOf(error, HttpTool)) });
    } else if (!before) {
      await tools.add(tool);
      imported.added.push(tool.name);
    } else if (!sameServer(before, tool)) {
      const problem = 'there is a tool of that name that calls another server: give a prefix';
      imported.skipped.push({ operation: said.name, problem });
    } else if (isSame(before.tool, tool)) imported.unchanged.push(tool.name);
    else {
      await tools.change(tool, before.version);
      imported.changed.push(tool.name);
    }
  }
  return imported;
}

const originOf = (url: string) => /^https?:\/\/[^/?#]*/i.exec(url)?.[0].toLowerCase();
const sameServer = ({ tool }: RegisteredTool, { url }: HttpTool) => originOf(tool.url) === originOf(url);

/** Both were checked by the same schema, so their fields stand in the same order. */
function isSame(one: HttpTool, other: HttpTool): boolean {
  return JSON.stringify(HttpTool.parse(one)) === JSON.stringify(other);
}
