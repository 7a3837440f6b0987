/** `summarise_conversation`: all that was said in a room, in short. Agents with the plugin `remember` have it. */
import { z } from 'zod';
import { addOrigins } from '../../core/origin.js';
import { defineAction, type PluginDesk, type RunningPlugin } from '../../plugin/plugin.js';
import type { Conversations } from './conversations.js';

const timeoutMs = 180_000;

type Summarises = Pick<Conversations, 'summarise'>;

export function withSummaries(plugins: PluginDesk, conversations: () => Summarises): PluginDesk {
  const own = summaryPlugin(conversations);
  const lists = new WeakMap<readonly RunningPlugin[], readonly RunningPlugin[]>();
  return {
    async of(agent) {
      const found = await plugins.of(agent);
      if (!found.some(({ name }) => name === 'remember')) return found;
      // The same list until that changes.
      const known = lists.get(found) ?? [...found, own];
      lists.set(found, known);
      return known;
    },
    tell: (...what) => plugins.tell(...what),
  };
}

function summaryPlugin(conversations: () => Summarises): RunningPlugin {
  const summarise = defineAction({
    name: 'summarise_conversation',
    description:
      'Gives a summary of all that was said in this conversation, also of what you no longer see. Use it when someone asks to summarise everything, or what you have talked about.',
    parameters: z.object({}),
    timeoutMs,
    repeatable: true,
    hints: { readOnly: true, idempotent: true },
    phrases: [
      '(summarise|summarize|recap|sum up) (everything|all|it all) [[that] we (have (talked|spoken|said|discussed)|talked|spoke|said|discussed|did) [about]] [(so far|here|until now)]',
      '(give me|write|make|show me) (a|the) (summary|recap) of (everything|all) [[that] we (have (talked|spoken|said|discussed)|talked|spoke|said|discussed) [about]] [so far]',
      '[(give me|write|make|show me) (a|the)] (summarise|summarize|recap|sum up|summary of|recap of) (our|this|the) [(whole|entire)] (conversation|chat|talk|discussion) [so far]',
      '(fass|fasse) (alles|unser [ganzes] Gespräch|das [ganze] Gespräch) [, worüber wir gesprochen haben ,] zusammen',
    ],
    async run(_, context) {
      const { text, origins } = await conversations().summarise(context);
      addOrigins(context.taint, origins);
      return text === '' ? 'Nothing was said here before.' : text;
    },
  });
  return { name: 'conversation', parts: { actions: [summarise] } };
}
