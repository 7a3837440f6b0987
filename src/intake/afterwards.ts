import type { Agent } from '../core/character.js';
import { settingsFor } from '../core/connector-settings.js';
import { type Author, isDirect, type Memory, scopeOf } from '../core/memory.js';
import { judge, type Rule } from './gate.js';

/** Who changes a message, or reacts to it. */
interface Doer {
  author: Author;
  /** As in `InboundMessage`. */
  roles?: string[] | undefined;
  home?: boolean;
  /** As in `settingsFor`. */
  trusted?: boolean;
}

/** Whether somebody may do something to a message now. Nobody is told anything, and nothing is counted. */
export type Admits = (memory: Memory, doer: Doer) => Promise<boolean>;

/** Whoever may not write where a message stands may not change it, nor react to it. */
export function afterwards(rules: Rule[], requireAgent: (agentId: string) => Agent): Admits {
  return async ({ agentId, source, scope, content }, { author, roles, home = false, trusted }) => {
    const direct = isDirect(scope) ?? false;
    // A direct conversation is one person's.
    if (direct && scope !== scopeOf({ agentId, source, direct, author })) return false;
    const agent = requireAgent(agentId);
    const settings = settingsFor(agent.character, source.connector, trusted);
    const said = { agentId, source, direct, author, roles, home, addressed: true };
    const message = { ...said, text: content.text, attachments: [], parts: [], files: [] };
    const ruling = await judge(rules, { message, agent, settings, afterwards: true });
    return ruling.kind === 'pass';
  };
}
