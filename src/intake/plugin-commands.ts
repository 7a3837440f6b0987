import { roleHere, wholeRoleOf } from '../access/principal.js';
import { isAtLeast } from '../access/role.js';
import type { Agent } from '../core/character.js';
import { within } from '../core/deadline.js';
import { roomIdOf } from '../core/memory.js';
import { CarrierError, FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { PluginCommand } from '../plugin/hooks.js';
import type { PluginDesk } from '../plugin/plugin.js';
import type { Command } from './commands/command.js';

const commandMs = 30_000;

type Log = Pick<Logger, 'error'>;

/** Commands that the agent's plugins bring; of two with one name the first counts. */
export async function commandsOfPlugins(plugins: PluginDesk, agent: Agent, log: Log): Promise<Command[]> {
  const found = await plugins.of(agent);
  return found.flatMap(({ name, parts }) =>
    (parts.commands ?? []).map((command) => commandOf(name, command, log)),
  );
}

function commandOf(plugin: string, command: PluginCommand, log: Log): Command {
  const { name, about, operatorsOnly } = command;
  return {
    ...{ name, about, unrepeatable: true, ...(operatorsOnly && { least: 'operator' as const }) },
    async run({ agent, principal, message, args }) {
      const { via } = principal;
      const operator =
        isAtLeast(roleHere(principal), 'operator') && (!via || isAtLeast(wholeRoleOf(via), 'operator'));
      if (operatorsOnly && !operator) throw new FatalError('permission_denied', 'For operators alone.');
      try {
        const roomId = roomIdOf(agent.id, message.source);
        const call = { agent, roomId, author: message.author, args, operator };
        const text: unknown = await within(commandMs, (signal) => command.run({ ...call, signal }));
        if (typeof text === 'string' && text.trim() !== '') return { text };
        throw new Error('gave no text');
      } catch (err) {
        if (err instanceof CarrierError) throw err;
        log.error({ err, plugin, command: name }, 'a command of a plugin failed');
        // The error itself may say more than people should read. Nothing repeats a command, it may have had its effect.
        throw new FatalError('plugin_failed', `/${name} does not work now. Please try again later.`);
      }
    },
  };
}
