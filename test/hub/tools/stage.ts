/** A hub whose agent has a plugin and a tool source that do what a test says, and a model that calls what it is told to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Carrier } from '../../../src/carrier.js';
import type { ActionContext, ToolHints, ToolResult } from '../../../src/extension-api.js';
import { type Action, defineToolSource } from '../../../src/extension-api.js';
import type { ModelRequest } from '../../../src/llm/llm.js';
import type { SourceTool } from '../../../src/tools/tool-source.js';
import { Home } from '../../support/hub.js';
import { scriptedModel, textsOf } from '../../support/model.js';
import { until } from '../../support/until.js';
import { Platform } from '../platform.js';

export interface Made {
  name: string;
  parameters: unknown;
  key: string;
}

type Call = { name: string; arguments?: unknown; id?: string };

export class ToolStage {
  readonly home = new Home();
  platform = new Platform();
  carrier!: Carrier;
  /** What the source offers; another list counts at once. */
  offered: SourceTool[] = [];
  /** What the source was asked for. */
  made: Made[] = [];
  /** What a call of the source gives. */
  gives: (tool: string, parameters: unknown, context: ActionContext) => Promise<ToolResult> = async () => ({
    text: 'done',
  });
  requests: ModelRequest[] = [];
  /** What the model calls in each step; then it repeats the results. A string as arguments is written as it is. */
  script: Call[][] = [];
  /** Goes on calling what came last. */
  stubborn = false;

  tool(name: string, more: Partial<SourceTool> & { hints?: ToolHints } = {}): SourceTool {
    return { name, description: `Does ${name}.`, parameters: { type: 'object' }, ...more };
  }

  async open({
    config = {},
    character = {},
    actions = [],
    trusted = false,
    env = {},
  }: {
    config?: object;
    character?: object;
    actions?: Action[];
    trusted?: boolean;
    env?: Record<string, string>;
  } = {}): Promise<void> {
    const file = join(this.home.folder, 'carrier.config.json');
    writeFileSync(file, JSON.stringify({ toolSources: { files: { type: 'fake', trusted } }, ...config }));
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: 'Helpful.', plugins: actions.length > 0 ? ['own'] : [], toolSources: ['files'] },
      ...{ connectors: { telegram: { dm: 'open', operators: ['boss'] } }, ...character },
    });
    const source = defineToolSource({
      ...{ name: 'fake', settings: z.object({}) },
      create: () => ({
        tools: () => this.offered,
        call: async (tool, parameters, context) => {
          this.made.push({ name: tool, parameters, key: context.idempotencyKey });
          return this.gives(tool, parameters, context);
        },
        findings: async () => [],
        close: async () => {},
      }),
    });
    const model = scriptedModel((request) => {
      this.requests.push(request);
      const step = request.messages.filter((one) => one.role === 'assistant' && one.calls).length;
      const calls = this.script[this.stubborn ? Math.min(step, this.script.length - 1) : step];
      if (!calls || (request.tools.length === 0 && !this.stubborn))
        return results(request).join(' | ') || 'nothing';
      return {
        calls: calls.map(({ name, arguments: args = {}, id }, at) => ({
          ...{ name, id: id ?? `call-${step}-${at}` },
          arguments: typeof args === 'string' ? args : JSON.stringify(args),
        })),
      };
    });
    this.carrier = await this.home.carrier(
      {
        ...{ connectors: [this.platform], model: () => model, extensions: [source] },
        plugins: actions.length > 0 ? [{ name: 'own', actions }] : [],
      },
      { CARRIER_CONFIG: file, CARRIER_SWEEP_MS: '100', ...env },
    );
  }

  /** Has the model call these in one step, then answer; gives what the person reads. */
  async ask(calls: Call[] | Call[][], author = 'ann'): Promise<string> {
    this.script = Array.isArray(calls[0]) ? (calls as Call[][]) : [calls as Call[]];
    this.requests = [];
    const shown = () => this.platform.shown.filter(({ channel }) => channel === author);
    const before = shown().length;
    await this.platform.dm(author, 'go');
    await until(() => shown().length > before);
    return shown().at(-1)!.text;
  }

  async actions() {
    const { turns } = await this.carrier.operations!.call('turns.list', { limit: 1 }, { kind: 'system' });
    const turn = await this.carrier.store.turns.get(turns[0]!.turnId);
    return turn!.steps.flatMap(({ actions }) => actions);
  }

  /** Rows about calls of tools, newest first. */
  async audited() {
    const { items } = await this.carrier.store.audit.list({ operation: 'tools.call', limit: 50 });
    return items;
  }

  close(): Promise<void> {
    return this.home.dispose();
  }
}

export function results(request: ModelRequest): string[] {
  const texts = textsOf(request);
  return request.messages.flatMap(({ role }, at) => (role === 'tool' ? [texts[at]!] : []));
}
