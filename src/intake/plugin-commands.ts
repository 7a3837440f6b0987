import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import { RetryableError } from '../errors.js';
import type { PluginCommand } from '../plugin/hooks.js';
import type { PluginDesk } from '../plugin/plugin.js';
import type { Command } from './commands/command.js';

const commandMs = 30_000;

/** Commands that the agent's plugins bring; of two with one name the first counts. */
export async function commandsOfPlugins(plugins: PluginDesk, agent: Agent): Promise<Command[]> {
  const found = await plugins.of(agent);
  return found.flatMap(({ name, parts }) =>
    (parts.commands ?? []).map((command) => commandOf(name, command)),
  );
}

function commandOf(plugin: string, command: PluginCommand): Command {
  const { name, about, operatorsOnly } = command;
  return {
    ...{ name, about, operatorsOnly },
    async run({ agent, roomId, message, args, operator }) {
      try {
        const call = { agent, roomId, author: message.author, args, operator };
        const text: unknown = await within(commandMs, (signal) => command.run({ ...call, signal }));
        if (typeof text === 'string' && text.trim() !== '') return { text };
        throw new Error('gave no text');
      } catch (cause) {
        // Its message may be more than people should read.
        const text = `/${name} does not work now. Please try again later.`;
        throw new RetryableError('plugin_failed', text, {
          cause: new Error(`the plugin "${plugin}" failed`, { cause }),
        });
      }
    },
  };
}
