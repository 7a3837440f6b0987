import { within } from '../core/deadline.js';
import { RetryableError } from '../errors.js';
import type { RunningPlugin, TurnContext } from '../plugin/plugin.js';

const transformMs = 5000;

/**
 * A reply as the agent's plugins change it, one after the other.
 * @throws RetryableError `plugin_failed`: a reply that one of them has not seen is not sent.
 */
export async function transformed(
  text: string,
  plugins: RunningPlugin[],
  context: TurnContext,
): Promise<string> {
  let reply = text;
  for (const { name, parts } of plugins) {
    try {
      const work = (signal: AbortSignal) => parts.transforms!.outbound!(reply, { ...context, signal });
      const changed: unknown = await within(transformMs, work, context.signal);
      if (typeof changed !== 'string' || changed.trim() === '') throw new Error('gave no text');
      reply = changed;
    } catch (cause) {
      context.signal.throwIfAborted();
      const { message } = cause as Error;
      throw new RetryableError('plugin_failed', `The plugin "${name}" cannot change the reply: ${message}`, {
        cause,
      });
    }
  }
  return reply;
}
