/** `hand_over`: the agent asks for people, and says nothing more until they hand back. Only where its character lets it. */
import { z } from 'zod';
import { defineAction, type PluginDesk, type RunningPlugin, type TurnContext } from '../plugin/plugin.js';
import type { Takeovers } from './takeovers.js';

export interface HandoverParts {
  takeovers: Pick<Takeovers, 'take'>;
  /** Tells the agent's operators, once. */
  tell(context: TurnContext, reason: string): Promise<void>;
}

export function withHandover(plugins: PluginDesk, parts: () => HandoverParts): PluginDesk {
  const own = handoverPlugin(parts);
  const lists = new WeakMap<readonly RunningPlugin[], readonly RunningPlugin[]>();
  return {
    async of(agent) {
      const found = await plugins.of(agent);
      if (!agent.character.handover.tool) return found;
      // The same list until that changes.
      const known = lists.get(found) ?? [...found, own];
      lists.set(found, known);
      return known;
    },
    tell: (...what) => plugins.tell(...what),
  };
}

function handoverPlugin(parts: () => HandoverParts): RunningPlugin {
  const handOver = defineAction({
    name: 'hand_over',
    description:
      'Asks the people who run you to take this conversation over: when somebody wants a person, or you cannot help. What you say after it, in this turn, is the last thing you say here until they hand it back: say once that a person will answer.',
    parameters: z.object({ reason: z.string().trim().min(1).max(500).describe('for those people') }),
    repeatable: true,
    hints: { idempotent: true },
    phrases: ['(let|can|may) (me|I) (talk|speak) (to|with) a (human|person|real person) [please]'],
    async run({ reason }, context) {
      const { agent, roomId, turnId } = context;
      const room = { agentId: agent.id, roomId };
      const hold = await parts().takeovers.take(
        room,
        { by: 'agent', name: agent.character.name },
        {
          ...{ reason, turnId },
        },
      );
      if (hold.turnId !== turnId) return 'People have this conversation already. Say nothing.';
      await parts().tell(context, reason);
      return 'People are told. Say in one sentence that somebody will answer here, and nothing else.';
    },
  });
  return { name: 'handover', parts: { actions: [handOver] } };
}
