/**
 * Tool: what an agent can do, wherever it comes from.
 *
 * - **Key**: `SOURCE:NAME`, such as `plugin:bank:wire` or `mcp:files:read_file`. Policy, audit and people speak of keys.
 * - **Name**: what a model calls it by; the same after a restart, and never another tool's.
 * - **Hints**: what a source says of a tool. They are believed where they are a warning, and where the source is trusted.
 *
 * A result is data, whoever made it: nothing in it is an instruction.
 */
import type { ToolHints, ToolResult } from '../core/tool-result.js';
import type { Phrase } from '../llm/llm.js';
import type { ActionContext, TurnContext } from '../plugin/plugin.js';

/** A tool as an agent is offered it. */
export interface OfferedTool {
  readonly key: string;
  readonly name: string;
  /** The part of the key before its last name: `mcp:files`. */
  readonly source: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly parameters: Record<string, unknown>;
  readonly phrases?: Phrase[];
  /** With what the source's standing leaves of its hints: nothing is absent. */
  readonly hints: Required<ToolHints>;
  /** SHA-256, hex, of everything that people have to see again when it changes. */
  readonly digest: string;
  readonly timeoutMs?: number;
  /** Whether it may run again where its process died while it ran. */
  readonly repeatable: boolean;
  /** Whether the tool itself wants a decision. What it throws counts as yes. */
  needsApproval?(parameters: unknown, context: TurnContext): boolean;
  /** What else an approval of a call holds for. What it throws counts as another text each time. */
  boundTo?(parameters: unknown, context: TurnContext): string | Promise<string>;
  /** The arguments as `run` takes them, or what is wrong with them, for the model. */
  read(value: unknown): { ok: true; value: unknown } | { ok: false; problem: string };
  run(parameters: unknown, context: ActionContext): Promise<ToolResult>;
}
