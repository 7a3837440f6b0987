/** Tools in a test: none is really called, and what each gives is said by the test. */
import { z } from 'zod';
import type { ToolResult } from '../core/tool-result.js';
import { defineAction, type Plugin } from '../plugin/plugin.js';
import type { OfferedTool } from '../tools/tool.js';

export const fakesName = 'faked-tools';

export class FakedTools {
  readonly #results: ReadonlyMap<string, string>;
  /** Those that were called and are not faked. */
  readonly missed = new Set<string>();

  constructor(results: Readonly<Record<string, string>> = {}) {
    this.#results = new Map(Object.entries(results));
  }

  /** The same to models; it does nothing. */
  faked(tool: OfferedTool): OfferedTool {
    return { ...tool, repeatable: true, run: async () => this.#result(tool.name) };
  }

  /** For those that nothing else brings. */
  get plugin(): Plugin {
    return {
      name: fakesName,
      actions: [...this.#results.keys()].map((name) =>
        defineAction({
          name,
          description: `The tool "${name}".`,
          parameters: z.looseObject({}),
          run: async () => this.#result(name),
        }),
      ),
    };
  }

  #result(name: string): ToolResult {
    const text = this.#results.get(name);
    if (text !== undefined) return { text };
    this.missed.add(name);
    return { text: 'This tool gives nothing here.', failed: true };
  }
}
