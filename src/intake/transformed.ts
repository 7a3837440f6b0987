import { z } from 'zod';
import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import { Attachment } from '../core/memory.js';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { InboundContext, Said } from '../plugin/hooks.js';
import type { PluginDesk, RunningPlugin } from '../plugin/plugin.js';
import type { Transform } from './changes.js';

const transformMs = 5000;
const Changed = z
  .object({
    text: z.string(),
    attachments: z.array(Attachment),
    quote: z.object({ author: z.string().optional(), text: z.string() }).optional(),
  })
  .nullable();

/**
 * What a message says as the agent's plugins change it, one after the other; null: one of them drops it.
 * @throws RetryableError `plugin_failed`: what one of them has not seen is not stored.
 */
export async function transformed(
  said: Said,
  plugins: readonly RunningPlugin[],
  context: Omit<InboundContext, 'signal'>,
): Promise<Said | null> {
  let now = said;
  for (const { name, parts } of plugins) {
    const { transforms } = parts;
    if (!transforms?.inbound) continue;
    const given = structuredClone({ text: now.text, attachments: now.attachments, quote: now.quote });
    try {
      const work = (signal: AbortSignal) => transforms.inbound!(given, { ...context, signal });
      const changed = Changed.parse(await within(transformMs, work));
      if (!changed || (changed.text.trim() === '' && changed.attachments.length === 0)) return null;
      now = changed;
    } catch (cause) {
      throw new RetryableError(
        'plugin_failed',
        'Your message could not be taken: something that must see it first does not work now. Please send it again later.',
        { cause: new Error(`the plugin "${name}" failed`, { cause }) },
      );
    }
  }
  return now;
}

/** How edits are changed. Where a plugin fails, the old text stays: its platform sending it again would not help. */
export function editedBy(
  plugins: PluginDesk,
  agentOf: (id: string) => Agent,
  log: Pick<Logger, 'error'>,
): Transform {
  return async ({ agentId, roomId, author }, text) => {
    const agent = agentOf(agentId);
    const context = { agent, roomId, author, edited: true };
    try {
      return (await transformed({ text, attachments: [] }, await plugins.of(agent), context))?.text ?? null;
    } catch (err) {
      log.error({ err, agentId }, 'a plugin failed; an edited text is not taken');
      return null;
    }
  };
}
