import { z } from 'zod';
import type { Agent, Character } from '../core/character.js';
import type { Tool } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { Action, ContextProvider, Evaluator, PluginDesk, RunningPlugin } from '../plugin/plugin.js';

/** What an agent can do: what its plugins bring and its tools policy lets it use. */
export interface Abilities {
  actions: Map<string, Action>;
  /** The same actions as a model sees them. */
  tools: Tool[];
  contextProviders: ContextProvider[];
  evaluators: Evaluator[];
  /** Plugins that change replies, in order. */
  transforming: RunningPlugin[];
}

/** Gathers what agents' plugins bring. One that does not work is missed, and found once it does. */
export class AbilityLoader {
  readonly #plugins: PluginDesk;
  readonly #log: Logger;
  /** By definition: an edited character is a new object and gets its abilities anew. */
  readonly #byAgent = new WeakMap<Agent, { plugins: readonly RunningPlugin[]; abilities: Abilities }>();

  constructor(plugins: PluginDesk, log: Logger) {
    this.#plugins = plugins;
    this.#log = log;
  }

  /** @throws RetryableError `plugin_failed` */
  async of(agent: Agent): Promise<Abilities> {
    const plugins = await this.#plugins.of(agent);
    const known = this.#byAgent.get(agent);
    if (known?.plugins === plugins) return known.abilities;
    const abilities = this.#gather(agent, plugins);
    this.#byAgent.set(agent, { plugins, abilities });
    return abilities;
  }

  #gather({ id, character }: Agent, plugins: readonly RunningPlugin[]): Abilities {
    const permitted = plugins
      .flatMap(({ parts }) => parts.actions ?? [])
      .filter((action) => permits(character, action.name));
    const actions = new Map<string, Action>();
    for (const action of permitted) {
      if (actions.has(action.name)) {
        this.#log.error(
          { agentId: id, action: action.name },
          'two plugins bring an action of this name; the first is used',
        );
      } else actions.set(action.name, action);
    }
    return {
      actions,
      tools: [...actions.values()].map(toTool),
      contextProviders: plugins.flatMap(({ parts }) => parts.contextProviders ?? []),
      evaluators: plugins.flatMap(({ parts }) => parts.evaluators ?? []),
      transforming: plugins.filter(({ parts }) => parts.transforms?.outbound),
    };
  }
}

function permits({ tools }: Character, name: string): boolean {
  return !tools.deny.includes(name) && (tools.allow.includes('*') || tools.allow.includes(name));
}

function toTool(action: Action): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(action.parameters, { io: 'input' });
  return {
    name: action.name,
    description: action.description,
    parameters,
    phrases: action.phrases,
  };
}
