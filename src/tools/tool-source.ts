/**
 * Tool source: brings tools that are not written as plugins: a server that speaks a protocol for tools, say. It is
 * named in `toolSources`, of the hub's settings or of a character, and has one connection for all who name it.
 *
 * - **Type**: the extension. **Name**: what people call one of that type: `files` of the type `mcp` is `mcp:files`.
 *
 * Not promised: that a tool is still there when it is called. A source that is away offers what it had, and its calls
 * fail; it comes back by itself.
 */
import type { z } from 'zod';
import type { Finding } from '../connector/connector.js';
import type { ToolHints, ToolResult } from '../core/tool-result.js';
import {
  branded,
  type Definition,
  type ExtensionBase,
  type ExtensionContext,
  type Settings,
} from '../extensions/extension.js';
import type { ActionContext } from '../plugin/plugin.js';

/** A tool as its source describes it. */
export interface SourceTool {
  /** As the source calls it; any text. */
  name: string;
  description: string;
  /** JSON Schema of its arguments; without `$schema` draft 2020-12. */
  parameters: Record<string, unknown>;
  hints?: ToolHints;
  /** Default 30,000 ms. */
  timeoutMs?: number;
  /** What else an approval holds for, such as the address that is called: any JSON. */
  binding?: unknown;
}

/** How a source is just now, as far as it knows. */
export interface SourceState {
  connected: boolean;
  /** Since when it is connected, or is not; Unix ms. Null: it was never connected. */
  since: number | null;
  /** The last one, also of one that is over. Half a sentence, and when: Unix ms. */
  lastError: { message: string; at: number } | null;
  /** How often it was connected anew since it was made. */
  restarts: number;
}

/** What brings tools; see the head of this file. */
export interface ToolSource {
  /**
   * Those it has now; the same list until it changes. While it was never listed, a source may be waited for a few
   * seconds; it never rejects.
   */
  tools(): readonly SourceTool[] | Promise<readonly SourceTool[]>;
  /**
   * @param tool as `SourceTool.name`
   * @param parameters checked against the schema
   * @throws what the model is told as the reason why the call failed, and did nothing. Where nobody can know, the
   * result says `unknown`.
   */
  call(tool: string, parameters: Record<string, unknown>, context: ActionContext): Promise<ToolResult>;
  /** What is wrong, and what works, for the log of problems and `carrier doctor`; what it needs is opened for it. */
  findings(): Promise<Finding[]>;
  /** For operators; absent, or null: it has no connection that could be away. */
  state?(): SourceState | null;
  /** Ends everything it has begun, for good. */
  close(): Promise<void>;
}

/** What a tool source is made of. */
export interface ToolSourceContext<S extends Settings = Settings> extends ExtensionContext<S> {
  /** What people call it. */
  name: string;
  /** Where paths in its settings start from. */
  folder: string;
  /** Where the hub keeps what it must find again at its next start. */
  dataFolder: string;
  /** Whether what it says of its tools is believed, also where that makes a rule milder. */
  trusted: boolean;
}

/** A type of tool source, as `defineToolSource` makes it. */
export interface ToolSourceExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'toolSource';
  /** Called once a process for each of that type; again where its settings or secrets change. */
  create(context: ToolSourceContext<S>): ToolSource | Promise<ToolSource>;
}

/** Defines a type of tool source. */
export function defineToolSource<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<ToolSourceExtension<S>>,
): ToolSourceExtension<S> {
  return branded({ ...definition, kind: 'toolSource' as const });
}

/** A source that works, under the name by which its tools' keys begin. */
export interface RunningSource {
  /** `mcp:files` */
  readonly name: string;
  /** What people say of it is believed: its hints may make a rule milder. */
  readonly trusted: boolean;
  readonly source: ToolSource;
}

/** One that an agent names, as it is in this process. */
export interface NamedSourceState extends Partial<SourceState> {
  /** `mcp:files`; of one that cannot be made, as it is named. */
  name: string;
  /** Why it cannot be made: a setting, say. */
  problem?: string;
  tools: number;
}

/** The tool sources of this process, as the rest of the hub asks for them. */
export interface ToolSourceDesk {
  /** Those an agent names that could be made. */
  of(agent: {
    id: string;
    character: { toolSources: readonly ToolSourceEntry[] };
  }): Promise<readonly RunningSource[]>;
}

/** For operators, who ask how they are. */
export interface ToolSourceStates {
  states(agent: Parameters<ToolSourceDesk['of']>[0]): Promise<NamedSourceState[]>;
}

/** How a character names one: one of the hub's settings, or one of its own. */
export type ToolSourceEntry = string | ({ name: string; type: string } & Record<string, unknown>);
