import { z } from 'zod';
import type { Agent, Character } from '../core/character.js';
import type { Tool } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { Action, ContextProvider, Evaluator, Plugin } from '../plugin/plugin.js';

/** What an agent can do: what its plugins bring and its tools policy lets it use. */
export interface Abilities {
  actions: Map<string, Action>;
  /** The same actions as a model sees them. */
  tools: Tool[];
  contextProviders: ContextProvider[];
  evaluators: Evaluator[];
}

/** Loads agents' plugins on first use. A plugin that cannot be loaded is logged and missed, not fatal. */
export class AbilityLoader {
  readonly #load: (plugin: string) => Promise<Plugin>;
  readonly #log: Logger;
  /** By definition: an edited character is a new object and gets its abilities anew. */
  readonly #byAgent = new WeakMap<Agent, Promise<Abilities>>();

  constructor(load: (plugin: string) => Promise<Plugin>, log: Logger) {
    this.#load = load;
    this.#log = log;
  }

  of(agent: Agent): Promise<Abilities> {
    let abilities = this.#byAgent.get(agent);
    if (!abilities) {
      abilities = this.#gather(agent);
      this.#byAgent.set(agent, abilities);
    }
    return abilities;
  }

  async #gather({ id, character }: Agent): Promise<Abilities> {
    const loading = character.plugins.map((name) =>
      this.#load(name).catch((err) => {
        this.#log.error(
          { err, agentId: id, plugin: name },
          'plugin cannot be loaded; the agent runs without it',
        );
        return null;
      }),
    );
    const plugins = (await Promise.all(loading)).filter((plugin) => plugin !== null);
    const permitted = plugins
      .flatMap((plugin) => plugin.actions ?? [])
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
      contextProviders: plugins.flatMap((plugin) => plugin.contextProviders ?? []),
      evaluators: plugins.flatMap((plugin) => plugin.evaluators ?? []),
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
