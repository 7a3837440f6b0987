import type { Agent } from '../core/character.js';
import type { Tool } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { ContextProvider, Evaluator, PluginDesk, RunningPlugin } from '../plugin/plugin.js';
import { toolOfAction, toolOfSource } from '../tools/offered.js';
import { isListed } from '../tools/policy/listed.js';
import type { OfferedTool } from '../tools/tool.js';
import type { RunningSource, SourceTool, ToolSourceDesk } from '../tools/tool-source.js';

/** What an agent can do: what its plugins and tool sources bring and its `tools` let it use. */
export interface Abilities {
  /** All that there is, also what the agent may not use. */
  known: readonly OfferedTool[];
  /** By the names that a model calls them by. */
  actions: Map<string, OfferedTool>;
  /** The same as a model sees them. */
  tools: Tool[];
  contextProviders: ContextProvider[];
  evaluators: Evaluator[];
  /** Plugins that change replies, in order. */
  transforming: RunningPlugin[];
}

/** What abilities are gathered from. */
interface Brought {
  plugins: readonly RunningPlugin[];
  /** Of each source, as it lists them. */
  listed: readonly { source: RunningSource; tools: readonly SourceTool[] }[];
}

/** Gathers what agents' plugins and tool sources bring. One that does not work is missed, and found once it does. */
export class AbilityLoader {
  readonly #plugins: PluginDesk;
  readonly #sources: ToolSourceDesk;
  readonly #note: (agentId: string, tools: readonly OfferedTool[]) => Promise<void>;
  readonly #log: Logger;
  readonly #inPlace: (tool: OfferedTool) => OfferedTool;
  /** Whether a tool deals with the world outside, whatever it says of itself. */
  readonly #isOutside: (agent: Agent, key: string) => boolean;
  /** By definition: an edited character is a new object and gets its abilities anew. */
  readonly #byAgent = new WeakMap<Agent, { brought: Brought; abilities: Abilities }>();

  /** @param note is told of all that sources offer an agent, whenever that has changed, before any of it is called */
  constructor(
    plugins: PluginDesk,
    sources: ToolSourceDesk,
    note: (agentId: string, tools: readonly OfferedTool[]) => Promise<void>,
    log: Logger,
    isOutside: (agent: Agent, key: string) => boolean = () => false,
    offered: (tool: OfferedTool) => OfferedTool = (tool) => tool,
  ) {
    this.#inPlace = offered;
    this.#isOutside = isOutside;
    this.#note = note;
    this.#plugins = plugins;
    this.#sources = sources;
    this.#log = log;
  }

  /** @throws RetryableError `plugin_failed` */
  async of(agent: Agent): Promise<Abilities> {
    const [plugins, sources] = await Promise.all([this.#plugins.of(agent), this.#sources.of(agent)]);
    const listed = await Promise.all(
      sources.map(async (source) => ({ source, tools: await source.source.tools() })),
    );
    const brought = { plugins, listed };
    const known = this.#byAgent.get(agent);
    if (known && same(known.brought, brought)) return known.abilities;
    const abilities = this.#gather(agent, brought);
    await this.#note(agent.id, abilities.known);
    this.#byAgent.set(agent, { brought, abilities });
    return abilities;
  }

  #gather(agent: Agent, { plugins, listed }: Brought): Abilities {
    const { id, character } = agent;
    const offered = [
      ...plugins.flatMap(({ name, parts }) =>
        (parts.actions ?? []).map((action) => toolOfAction(name, action)),
      ),
      ...listed.flatMap(({ source, tools }) => tools.flatMap((tool) => this.#offered(id, source, tool))),
    ]
      .map(this.#inPlace)
      .map((tool) =>
        this.#isOutside(agent, tool.key) ? { ...tool, hints: { ...tool.hints, openWorld: true } } : tool,
      );
    const actions = new Map<string, OfferedTool>();
    for (const tool of offered.filter((one) => isListed(character.tools, one))) {
      const first = actions.get(tool.name);
      if (first)
        this.#log.error(
          { agentId: id, tool: tool.key, first: first.key },
          'two tools have the same name for models; the first is used',
        );
      else actions.set(tool.name, tool);
    }
    return {
      known: offered,
      actions,
      tools: [...actions.values()].map(({ name, description, parameters, phrases }) => ({
        ...{ name, description, parameters },
        ...(phrases && { phrases }),
      })),
      contextProviders: plugins.flatMap(({ parts }) => parts.contextProviders ?? []),
      evaluators: plugins.flatMap(({ parts }) => parts.evaluators ?? []),
      transforming: plugins.filter(({ parts }) => parts.transforms?.outbound),
    };
  }

  #offered(agentId: string, source: RunningSource, tool: SourceTool): OfferedTool[] {
    try {
      return [toolOfSource(source, tool)];
    } catch (err) {
      this.#log.error(
        { err, agentId, tool: `${source.name}:${tool.name}` },
        'a tool has a schema that cannot be used; it is off',
      );
      return [];
    }
  }
}

function same(one: Brought, other: Brought): boolean {
  return (
    one.plugins === other.plugins &&
    one.listed.length === other.listed.length &&
    one.listed.every(({ source, tools }, at) => {
      const there = other.listed[at]!;
      return source === there.source && tools === there.tools;
    })
  );
}
