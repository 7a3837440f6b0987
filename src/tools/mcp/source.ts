/** A server as a source of tools. */

import { resolve } from 'node:path';
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import type {
  ActionContext,
  Finding,
  SourceState,
  SourceTool,
  ToolResult,
  ToolSource,
  ToolSourceContext,
} from '../../extension-api.js';
import { ChildTransport } from './child.js';
import { HttpTransport } from './http.js';
import { Leftovers } from './leftovers.js';
import { Link } from './link.js';
import type { ListedTool } from './listing.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { resultOf } from './result.js';
import type { McpSettings } from './settings.js';

/** How long a turn waits for a list that was never read, and a call for a server that is away, in ms. */
const listPatienceMs = 5000;
const callPatienceMs = 10_000;
const doctorPatienceMs = 15_000;
/** After the total of a call, for what is done besides it. */
const graceMs = 5000;
/** Where the key stands that is the same in every attempt of a call. */
const idempotencyKey = 'carrier-hub/idempotencyKey';

type Settings = ToolSourceContext<typeof McpSettings>['settings'];

export class McpSource implements ToolSource {
  readonly #settings: Settings;
  readonly #trusted: boolean;
  readonly #link: Link;

  constructor({ settings, folder, dataFolder, trusted, log }: ToolSourceContext<typeof McpSettings>) {
    this.#settings = settings;
    this.#trusted = trusted;
    const { url, command = '', args, tools, totalTimeoutMs } = settings;
    const cwd = resolve(folder, settings.cwd ?? '.');
    const leftovers = new Leftovers(dataFolder);
    const env = { ...getDefaultEnvironment(), ...settings.env, ...settings.secrets };
    const headers = { ...settings.headers, ...settings.secretHeaders };
    this.#link = new Link({
      open: () =>
        url ? new HttpTransport(url, headers) : new ChildTransport({ command, args, cwd, env, leftovers }),
      ...(!url && { prepare: async () => void (await leftovers.sweep()) }),
      rules: {
        wanted: tools,
        timeoutMs: totalTimeoutMs + graceMs,
        binding: url ? { url } : { command, args, cwd },
        trusted,
      },
      log,
    });
  }

  tools(): readonly SourceTool[] | Promise<readonly SourceTool[]> {
    const { listing } = this.#link;
    return listing ? listing.tools : this.#firstTools();
  }

  async #firstTools(): Promise<readonly SourceTool[]> {
    await this.#link.settled(listPatienceMs, false);
    return this.#link.listing?.tools ?? none;
  }

  async call(name: string, parameters: Record<string, unknown>, context: ActionContext): Promise<ToolResult> {
    const { totalTimeoutMs } = this.#settings;
    const late = AbortSignal.timeout(totalTimeoutMs);
    const signal = AbortSignal.any([context.signal, late]);
    let renewed = false;
    let repeated = false;
    for (;;) {
      const { outcome, result } = await this.#attempt(name, parameters, context, signal);
      if (result) return result;
      context.signal.throwIfAborted();
      if (late.aborted) {
        const text = `The server did not answer within ${totalTimeoutMs} ms.`;
        return unknownResult(text, this.#isHarmless(name));
      }
      // It did not run: on a new connection it may.
      if (outcome.kind === 'refused' && (outcome.sessionGone || outcome.lost) && !renewed) renewed = true;
      else if (outcome.kind === 'refused') throw new Error(outcome.text);
      else if (outcome.kind === 'failed') return { text: outcome.text, failed: true };
      else if (outcome.lost && !repeated && this.#isHarmless(name)) repeated = true;
      else return unknownResult(outcome.text, this.#isHarmless(name));
    }
  }

  async findings(): Promise<Finding[]> {
    await this.#link.settled(doctorPatienceMs, false);
    const { connected, failure, listing } = this.#link;
    if (!connected) {
      const { why, wrote } = failure ?? { why: `no answer within ${doctorPatienceMs / 1000} s`, wrote: '' };
      const fix = `It is away: ${why}.${wrote && ` It wrote:\n${wrote}`}`;
      return [{ check: 'the server answers', ok: false, fix }];
    }
    const noise = connected.noise;
    return [
      { check: `the server answers: ${connected.about}`, ok: true },
      { check: `it has ${listing?.tools.length ?? 0} tools`, ok: true },
      ...(listing?.warnings ?? []).map((fix) => ({ check: 'its tools', ok: false, fix })),
      ...(noise > 0
        ? [
            {
              check: 'its standard output',
              ok: true,
              fix: `${noise} lines of it are no messages of the protocol.`,
            },
          ]
        : []),
    ];
  }

  state(): SourceState {
    return this.#link.state;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #attempt(
    name: string,
    parameters: Record<string, unknown>,
    context: ActionContext,
    signal: AbortSignal,
  ): Promise<{ result: ToolResult; outcome?: never } | { result?: never; outcome: Outcome }> {
    const { timeoutMs, totalTimeoutMs } = this.#settings;
    await this.#link.settled(callPatienceMs, true);
    const session = this.#link.connected;
    if (!session) {
      const why = this.#link.failure?.why ?? 'it does not answer';
      return { outcome: { kind: 'refused', text: `The server is away: ${why}.` } };
    }
    const tool = this.#tool(name);
    if (!tool) return { outcome: { kind: 'refused', text: `The server has no tool "${name}" now.` } };
    try {
      const result = await session.ask((client) =>
        client.callTool(
          { name, arguments: parameters, _meta: { [idempotencyKey]: context.idempotencyKey } },
          {
            signal,
            timeout: timeoutMs,
            maxTotalTimeout: totalTimeoutMs,
            resetTimeoutOnProgress: true,
            // Without it the SDK asks for no progress.
            onprogress: () => {},
            toolDefinition: tool.definition,
          },
        ),
      );
      return { result: resultOf(result) };
    } catch (error) {
      const outcome = outcomeOf(error);
      if (!session.hasSession) delete outcome.sessionGone;
      if (outcome.lost) await session.end(outcome.text);
      else if (outcome.sessionGone) session.leave('it does not know its session any more');
      else if (outcome.kind === 'unknown' && !context.signal.aborted) void session.doubt();
      return { outcome };
    }
  }

  #tool(name: string): ListedTool | undefined {
    return this.#link.listing?.tools.find((tool) => tool.name === name);
  }

  /** Whether somebody who is trusted says that it may run twice. */
  #isHarmless(name: string): boolean {
    const { readOnly, idempotent } = this.#tool(name)?.hints ?? {};
    return this.#trusted && (readOnly === true || idempotent === true);
  }
}

const none: readonly SourceTool[] = [];

function unknownResult(text: string, harmless: boolean): ToolResult {
  if (harmless) return { text, failed: true };
  return {
    text: `${text} Nobody knows whether the call took effect, it may have: say so, and do not repeat it unasked.`,
    failed: true,
    unknown: true,
  };
}
