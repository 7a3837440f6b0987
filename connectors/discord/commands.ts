/** The slash commands every bot of the hub has; the hub itself says what they do. */
import type { RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord.js';
import type { Api } from './api.js';

type CommandForm = RESTPostAPIChatInputApplicationCommandsJSONBody;

const text = 3;

// Shown in servers (0) and in direct conversations with the bot (1), for a bot that is installed in a server (0).
const everywhere = { contexts: [0, 1], integration_types: [0] };

const commands: CommandForm[] = [
  { name: 'help', description: 'What I can do, and how to talk to me' },
  { name: 'new', description: 'Begin a new conversation here' },
  { name: 'status', description: 'How I am doing' },
  { name: 'forget', description: 'Forget what was said here' },
  {
    name: 'model',
    description: 'Show or choose the model that answers',
    options: [{ type: text, name: 'name', description: 'The model to use from now on' }],
  },
  { name: 'stop', description: 'Stop what I am doing now' },
].map((command) => ({ ...command, ...everywhere }) as CommandForm);

/** Makes the bot's list of commands this one; where it is already, nothing is written. */
export async function registerCommands(api: Api, applicationId: string): Promise<void> {
  const route = `/applications/${applicationId}/commands` as const;
  const known = await api.get<CommandForm[]>(route);
  if (signature(known) !== signature(commands)) await api.put(route, { body: commands });
}

function signature(forms: CommandForm[]): string {
  const shown = forms.map(({ name, description, options = [] }) =>
    JSON.stringify([
      name,
      description,
      options.map((option) => [option.type, option.name, option.description]),
    ]),
  );
  return shown.sort().join('\n');
}
