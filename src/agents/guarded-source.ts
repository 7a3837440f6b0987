/** A tool source as the hub uses it: no secret comes out of it, and it is not closed under a call that runs. */
import type { Finding } from '../connector/connector.js';
import { harmless } from '../core/harmless.js';
import type { ToolResult } from '../core/tool-result.js';
import type { ActionContext } from '../plugin/plugin.js';
import { redact, redactValues } from '../redaction.js';
import { schemaOf } from '../tools/schema.js';
import type { SourceState, SourceTool, ToolSource } from '../tools/tool-source.js';

export class GuardedSource implements ToolSource {
  readonly #source: ToolSource;
  readonly #running = new Set<Promise<unknown>>();
  #listed: { from: readonly SourceTool[]; clean: readonly SourceTool[] } | null = null;
  #closing: Promise<void> | null = null;

  constructor(source: ToolSource) {
    this.#source = source;
  }

  tools(): readonly SourceTool[] | Promise<readonly SourceTool[]> {
    const listed = this.#source.tools();
    return listed instanceof Promise ? listed.then((tools) => this.#clean(tools)) : this.#clean(listed);
  }

  async call(tool: string, parameters: Record<string, unknown>, context: ActionContext): Promise<ToolResult> {
    if (this.#closing)
      throw new Error('The tool source was closed: it is being made anew, or is not used any more.');
    const running = this.#source.call(tool, parameters, context);
    this.#running.add(running);
    try {
      const result = await running;
      return { ...result, text: redactValues(result.text) };
    } catch (error) {
      throw new Error(redact(error instanceof Error ? error.message : String(error)), { cause: error });
    } finally {
      this.#running.delete(running);
    }
  }

  async findings(): Promise<Finding[]> {
    const found = await this.#source.findings();
    const clean = (text: string) => harmless(redact(text));
    return [
      ...found.map(({ check, ok, fix }) => ({
        ...{ check: clean(check), ok },
        ...(fix !== undefined && { fix: clean(fix) }),
      })),
      ...(await this.tools()).flatMap(({ name, parameters }) => {
        const why = problemOf(parameters);
        return why === null
          ? []
          : [
              {
                check: clean(`the tool "${name}"`),
                ok: false,
                fix: clean(`It is off: its schema cannot be used. ${why}`),
              },
            ];
      }),
    ];
  }

  state(): SourceState | null {
    const state = this.#source.state?.() ?? null;
    if (!state?.lastError) return state;
    const { message, at } = state.lastError;
    return { ...state, lastError: { message: harmless(redact(message)), at } };
  }

  close(): Promise<void> {
    this.#closing ??= this.#source.close();
    return this.#closing;
  }

  /** Nobody is given it any more: it is closed once the calls that run are over. */
  async retire(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.close();
  }

  /** The same list for the same list. */
  #clean(from: readonly SourceTool[]): readonly SourceTool[] {
    if (this.#listed?.from !== from) {
      const clean = from.map((tool) => ({
        ...tool,
        description: redactValues(tool.description),
        parameters: JSON.parse(redactValues(JSON.stringify(tool.parameters))) as SourceTool['parameters'],
      }));
      this.#listed = { from, clean };
    }
    return this.#listed.clean;
  }
}

function problemOf(parameters: SourceTool['parameters']): string | null {
  try {
    schemaOf(parameters);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
