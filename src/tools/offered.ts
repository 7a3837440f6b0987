/** Tools as an agent is offered them, made of plugins' actions and of what sources describe. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ToolHints } from '../core/tool-result.js';
import type { Action } from '../plugin/plugin.js';
import { schemaOf } from './schema.js';
import { sortedJson } from './sorted-json.js';
import type { OfferedTool } from './tool.js';
import type { RunningSource, SourceTool } from './tool-source.js';

/** What all model services take. */
const longestName = 64;
const hashChars = 8;

/** What is said of a tool of which nothing is said. */
const worst: Required<ToolHints> = { readOnly: false, destructive: true, idempotent: false, openWorld: true };

/** An action of a plugin. Its author vouches for it: it runs in this process. */
export function toolOfAction(plugin: string, action: Action): OfferedTool {
  const { name, description, phrases, timeoutMs, repeatable = false, needsApproval } = action;
  const { $schema: _, ...parameters } = z.toJSONSchema(action.parameters, { io: 'input' });
  const source = `plugin:${plugin}`;
  return {
    ...{ key: `${source}:${name}`, name, source, description, parameters, repeatable },
    ...(phrases && { phrases }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    hints: { ...worst, destructive: false, idempotent: repeatable, openWorld: false, ...action.hints },
    digest: digestOf({ description, parameters }),
    ...(needsApproval !== undefined && {
      needsApproval: (value, context) =>
        typeof needsApproval === 'function' ? needsApproval(value, context) : needsApproval,
    }),
    ...(action.boundTo && { boundTo: (value, context) => action.boundTo!(value, context) }),
    read(value) {
      const parsed = action.parameters.safeParse(value);
      return parsed.success
        ? { ok: true, value: parsed.data }
        : { ok: false, problem: z.prettifyError(parsed.error) };
    },
    async run(value, context) {
      const result = await action.run(value, context);
      return typeof result === 'object' && result !== null ? result : { text: String(result) };
    },
  };
}

/** @throws Error where its schema cannot be used */
export function toolOfSource(
  { name: source, trusted, source: from }: RunningSource,
  tool: SourceTool,
): OfferedTool {
  const { description, parameters, binding, timeoutMs } = tool;
  const schema = schemaOf(parameters);
  const hints = believed(tool.hints, trusted);
  return {
    ...{
      key: `${source}:${tool.name}`,
      name: nameOf(source, tool.name),
      source,
      description,
      parameters,
      hints,
    },
    ...(timeoutMs !== undefined && { timeoutMs }),
    digest: digestOf({ description, parameters, binding }),
    repeatable: hints.readOnly || hints.idempotent,
    read(value) {
      const problem = schema.problem(value);
      return problem === null ? { ok: true, value } : { ok: false, problem };
    },
    run: (value, context) => from.call(tool.name, value as Record<string, unknown>, context),
  };
}

/** Of a source that is not trusted the worst is thought, whatever it says. */
function believed(hints: ToolHints = {}, trusted: boolean): Required<ToolHints> {
  if (trusted) return { ...worst, ...hints };
  return worst;
}

/** `files_read_now`: distinct for distinct tools, since what cleaning and cutting lose is in the hash. */
function nameOf(source: string, tool: string): string {
  const instance = source.slice(source.indexOf(':') + 1);
  const said = `${instance}_${tool}`;
  const clean = said.replace(/[^A-Za-z0-9_-]/g, '_');
  // Tools that are registered are of no instance, and no instance takes their names over. Of `a_b_c` nobody knows whether
  // it is `c` of `a_b` or `b_c` of `a`, and a server may call a tool as another's would be called with its hash.
  const isTaken =
    (instance === 'http' && source !== instance) || instance.includes('_') || /_[\da-f]{8}$/.test(said);
  if (clean === said && said.length <= longestName && !isTaken) return said;
  const hash = createHash('sha256').update(`${source}:${tool}`).digest('hex').slice(0, hashChars);
  return `${clean.slice(0, longestName - hashChars - 1)}_${hash}`;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(sortedJson(value)).digest('hex');
}
