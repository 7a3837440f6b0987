/** The HTTP tools that people have registered: records, the same in every process of the hub. */

import { freshMs } from '../../access/freshness.js';
import type { EventBus } from '../../bus/bus.js';
import type { Finding } from '../../connector/connector.js';
import type { Agent } from '../../core/character.js';
import { type ToolEvent, toolTopic } from '../../core/events.js';
import type { ToolResult } from '../../core/tool-result.js';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { ActionContext } from '../../plugin/plugin.js';
import { defineRecord, type TypedRecords } from '../../store/record.js';
import type { RecordStore } from '../../store/record-store.js';
import type { RunningSource, SourceTool } from '../tool-source.js';
import { callTool } from './call.js';
import { type HttpTool, StoredHttpTool } from './definition.js';
import { exchange, type HttpAnswer } from './exchange.js';
import type { Lookup } from './guard.js';
import { type Resolve, referencesIn } from './headers.js';
import { toolHeader } from './request.js';

/** Tools of this source have keys that begin so. */
const sourceName = 'http';
const most = 500;
/** A call ends by itself before it is ended, and so can say what became of it. */
const graceMs = 1000;

const documentLimits = { maxBytes: 5_000_000, timeoutMs: 30_000 };

const toolRecord = defineRecord({ kind: 'http-tool', schema: StoredHttpTool });
type Stored = typeof StoredHttpTool._output;

export interface HttpToolsParts {
  records: RecordStore;
  bus: EventBus;
  /** No other process changes them. */
  alone: boolean;
  resolve: Resolve;
  /** How names are resolved; absent: as the system does. */
  lookup?: Lookup;
  log: Logger;
}

/** One that is registered. */
export interface RegisteredTool {
  tool: HttpTool;
  version: number;
  /** Unix ms. */
  changedAt: number;
}

/** Of one list of what is registered: what each agent is offered. */
interface Known {
  tools: readonly RegisteredTool[];
  /** By the agent's id. */
  sources: Map<string, RunningSource>;
}

/**
 * Each process has read them less than a second ago when it matters, and hears of changes at once where the bus brings
 * them. A store that is away takes no tool away.
 */
export class HttpTools {
  readonly #parts: HttpToolsParts;
  readonly #records: TypedRecords<Stored>;
  /** While the store was never reached. */
  readonly #nothing: Known = { tools: [], sources: new Map() };
  readonly #ownPorts = new Set<number>();
  #known: Known | null = null;
  /** When the last look began, of the performance clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #unsubscribe: Promise<() => void> | null = null;

  constructor(parts: HttpToolsParts) {
    this.#parts = parts;
    this.#records = toolRecord.in(parts.records, parts.log);
  }

  /** Begins to listen for changes in other processes. */
  watch(): void {
    const { bus, log } = this.#parts;
    this.#unsubscribe = bus.subscribe<ToolEvent>(toolTopic, () => void this.#lookAgain());
    this.#unsubscribe.catch((err) => log.warn({ err }, 'changes of tools are seen a little later'));
  }

  stop(): void {
    void this.#unsubscribe?.then((end) => end()).catch(() => {});
  }

  /** No tool may ask there. @param url where this process listens */
  listensOn(url: string): void {
    this.#ownPorts.add(Number(new URL(url).port));
  }

  /** The text of a document, from where a tool might call. @throws FatalError `invalid_field` */
  async fetch(url: URL, allowPrivate: boolean): Promise<string> {
    return (await this.download(url, allowPrivate, documentLimits)).bytes.toString();
  }

  /** What stands there, from where a tool might call. @throws FatalError `invalid_field` */
  async download(
    url: URL,
    allowPrivate: boolean,
    limited: { maxBytes: number; timeoutMs: number },
  ): Promise<HttpAnswer & { url: URL }> {
    const { lookup } = this.#parts;
    const limits = { allowPrivate, ownPorts: [...this.#ownPorts], ...limited, ...(lookup && { lookup }) };
    const headers = { 'user-agent': 'carrier-hub', 'accept-encoding': 'identity', [toolHeader]: 'import' };
    const refuse = (problem: string) =>
      new FatalError('invalid_field', `The document cannot be fetched: ${problem}.`, { field: 'url' });
    const answer = await exchange(
      { method: 'GET', url, headers, body: null },
      limits,
      new AbortController().signal,
    ).catch((error: Error) => {
      throw refuse(error.message);
    });
    if (answer.status !== 200) throw refuse(`the server answered ${answer.status}`);
    if (answer.cut) throw refuse(`it is larger than ${limited.maxBytes} bytes`);
    return answer;
  }

  /** What an agent is offered: the same until that changes. Whoever has an older one calls nothing that has changed. */
  async sourceFor({ id }: Pick<Agent, 'id'>): Promise<RunningSource> {
    const known = await this.#now();
    const made = known.sources.get(id) ?? this.#sourceOf(known, id);
    known.sources.set(id, made);
    return made;
  }

  async list(): Promise<readonly RegisteredTool[]> {
    await this.#lookAgain();
    return this.#known?.tools ?? [];
  }

  /** @throws FatalError `not_found` */
  async get(name: string): Promise<RegisteredTool> {
    const found = await this.#records.get(name);
    if (!found) throw unknownTool(name);
    return registered(found);
  }

  /** Durable, and known here, when it resolves. @throws FatalError `conflict` where there is one of that name */
  async add(tool: HttpTool): Promise<RegisteredTool> {
    if ((await this.list()).length >= most)
      throw new FatalError('invalid_field', `There are ${most} tools; remove some first.`, { field: 'name' });
    return this.#put(tool, 0, `There is a tool "${tool.name}"; change it, or choose another name.`);
  }

  /**
   * @param version that was read; absent: whatever it is
   * @throws FatalError `not_found`, or `conflict` where it has another version
   */
  async change(tool: HttpTool, version?: number): Promise<RegisteredTool> {
    const found = await this.get(tool.name);
    const problem = `The tool "${tool.name}" has been changed: read it again, and change that.`;
    if (version !== undefined && version !== found.version) throw conflict(problem, 'version');
    return this.#put(tool, found.version, problem);
  }

  /** @throws FatalError `not_found`, or `conflict` where it has another version */
  async remove(name: string, version?: number): Promise<void> {
    const found = await this.get(name);
    const wrong = version !== undefined && version !== found.version;
    if (wrong || !(await this.#records.remove(name, found.version)))
      throw conflict(
        `The tool "${name}" has been changed: look at it again before you remove it.`,
        'version',
      );
    await this.#tell();
  }

  async #put(tool: HttpTool, version: number, problem: string): Promise<RegisteredTool> {
    const value = { tool, changedAt: Date.now() };
    if (!(await this.#records.put(tool.name, value, version)))
      throw conflict(problem, version === 0 ? 'name' : 'version');
    await this.#tell();
    return { ...value, version: version + 1 };
  }

  #sourceOf({ tools }: Known, agentId: string): RunningSource {
    const own = tools.filter(({ tool: { agents } }) => agents.includes('*') || agents.includes(agentId));
    const offered = own.map(({ tool }) => sourceTool(tool));
    return {
      name: sourceName,
      trusted: true,
      source: {
        tools: () => offered,
        call: (name, parameters, context) =>
          this.#call(own.find(({ tool }) => tool.name === name)!, parameters, context),
        findings: () => this.#findings(own),
        close: async () => {},
      },
    };
  }

  /** @throws Error where it is not what was offered any more: what was decided was decided of that */
  async #call(
    offered: RegisteredTool,
    parameters: Record<string, unknown>,
    context: ActionContext,
  ): Promise<ToolResult> {
    const { name } = offered.tool;
    const now = (await this.#now()).tools.find(({ tool }) => tool.name === name);
    if (!now) throw new Error('this tool was taken away');
    if (!isSame(now, offered))
      throw new Error('this tool has been changed; what it does now is told with the next message');
    return callTool(offered.tool, parameters, context, { ...this.#parts, ownPorts: [...this.#ownPorts] });
  }

  #findings(tools: readonly RegisteredTool[]): Promise<Finding[]> {
    return Promise.all(
      tools.map(async ({ tool }): Promise<Finding> => {
        const check = `${sourceName}:${tool.name}`;
        try {
          for (const reference of secretsOf(tool)) await this.#parts.resolve(reference);
          return { check, ok: true };
        } catch (error) {
          return { check, ok: false, fix: (error as Error).message };
        }
      }),
    );
  }

  async #now(): Promise<Known> {
    const { alone } = this.#parts;
    const isFresh = this.#known && (alone || performance.now() - this.#lookedAt < freshMs);
    if (!isFresh) await this.#look();
    return this.#known ?? this.#nothing;
  }

  async #tell(): Promise<void> {
    this.#parts.bus.publish(toolTopic, { type: 'tools.changed' });
    await this.#lookAgain();
  }

  /** What is being read now may be older than the change. */
  async #lookAgain(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  /** Never fails: what was known counts on. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    this.#lookedAt = performance.now();
    try {
      const { items } = await this.#records.list({ limit: most * 2 });
      const tools = items.map(registered);
      const known = this.#known?.tools;
      if (known?.length === tools.length && tools.every((tool, at) => isSame(tool, known[at]!))) return;
      this.#known = { tools, sources: new Map() };
    } catch (err) {
      this.#parts.log.warn({ err }, 'tools cannot be looked at now; those that were known count');
    }
  }
}

function registered({ value, version }: { value: Stored; version: number }): RegisteredTool {
  return { tool: value.tool as HttpTool, version, changedAt: value.changedAt };
}

function sourceTool(tool: HttpTool): SourceTool {
  const { name, description, parameters, hints, timeoutMs, agents: _, ...binding } = tool;
  return { name, description, parameters, hints, timeoutMs: timeoutMs + graceMs, binding };
}

/** Versions begin anew where a tool is removed and registered again. */
function isSame(one: RegisteredTool, other: RegisteredTool): boolean {
  return (
    one.tool.name === other.tool.name && one.version === other.version && one.changedAt === other.changedAt
  );
}

function secretsOf({ headers, signature }: HttpTool): string[] {
  const named = Object.values(headers).flatMap(referencesIn);
  return [...new Set(signature ? [...named, signature.secret] : named)];
}

function conflict(message: string, field: string): FatalError {
  return new FatalError('conflict', message, { field });
}

function unknownTool(name: string): FatalError {
  return new FatalError('not_found', `There is no tool "${name}" here.`, { field: 'name' });
}
