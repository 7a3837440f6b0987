import type { Agent } from '../../core/character.js';
import { isDirect } from '../../core/memory.js';
import type { PolicySettings } from '../../core/policy-rules.js';
import type { Requester } from '../../core/requester.js';
import type { TurnContext } from '../../plugin/plugin.js';
import type { OfferedTool } from '../tool.js';
import type { PolicyCall } from './call.js';
import { Policy, type PolicyVerdict } from './policy.js';

export interface JudgeParts {
  /** Of the hub's settings. */
  settings: Pick<PolicySettings, 'rules'>;
  /** Whether a tool is what people have accepted. */
  isAccepted(agentId: string, tool: OfferedTool): Promise<boolean>;
}

/** What a model asks for. */
export interface Wish {
  tool: OfferedTool;
  /** As JSON has them, and as the tool takes them. */
  written: unknown;
  value: unknown;
}

/** Finds out what the policy must know of a call, and asks it. */
export class Judge {
  readonly #parts: JudgeParts;
  readonly #policies = new WeakMap<Agent, Policy>();

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  policyOf(agent: Agent): Policy {
    const known = this.#policies.get(agent);
    if (known) return known;
    const policy = new Policy(this.#parts.settings, agent.character);
    this.#policies.set(agent, policy);
    return policy;
  }

  /** @throws RetryableError `store_unavailable` */
  async judge({ tool, written, value }: Wish, context: TurnContext): Promise<PolicyVerdict> {
    const { agent, messages, taint } = context;
    const policy = this.policyOf(agent);
    const { connector, tenant, channel } = messages[0]!.source;
    const [requester, accepted] = await Promise.all([
      policy.asksWho ? context.requester() : nobody,
      this.isAccepted(agent, tool),
    ]);
    const call: PolicyCall = {
      ...{ agentId: agent.id, tool, requester, parameters: written },
      ...(value !== written && { taken: value }),
      place: { connector, tenant, channel },
      direct: isDirect(messages[0]!.scope),
      tainted: taint.length > 0,
      asks: asks(tool, value, context),
      changed: !accepted,
    };
    return policy.decide(call);
  }

  /** What comes with the hub or its plugins changes by the hand of whoever runs it. */
  async isAccepted({ id }: Agent, tool: OfferedTool): Promise<boolean> {
    return tool.source.startsWith('plugin:') || this.#parts.isAccepted(id, tool);
  }
}

const nobody: Requester = { role: 'guest', accounts: [] };

/** A tool that cannot tell is asked for. */
function asks(tool: OfferedTool, value: unknown, context: TurnContext): boolean {
  try {
    return tool.needsApproval?.(value, context) ?? false;
  } catch {
    return true;
  }
}
