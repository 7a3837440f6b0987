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
  { name: 'whoami', description: 'Who you are to me, and what you may do' },
  {
    name: 'link',
    description: 'Link your account on another platform with this one',
    options: [{ type: text, name: 'code', description: 'What your other account was given; or yes, or no' }],
  },
  {
    name: 'unlink',
    description: 'Take this account, or another one of yours, out again',
    options: [{ type: text, name: 'number', description: 'Of the other account, as in /whoami' }],
  },
  {
    name: 'schedules',
    description: 'Show your reminders and scheduled work here, or end one',
    options: [{ type: text, name: 'what', description: 'As in: remove ID' }],
  },
  {
    name: 'approve',
    description: 'Let in who has this code, or approve a call that is asked for',
    options: [
      { type: text, name: 'code', description: 'The code that they were told, or the id of the call' },
    ],
  },
  {
    name: 'deny',
    description: 'Deny a call that is asked for',
    options: [{ type: text, name: 'call', description: 'Its id, and perhaps why not' }],
  },
  {
    name: 'role',
    description: 'Show or change who may do what here',
    options: [
      { type: text, name: 'change', description: 'As in: operator USER, none USER, member group:ROLE' },
    ],
  },
  {
    name: 'pause',
    description: 'Stop me, this place, a person or all tools, for operators',
    options: [{ type: text, name: 'what', description: 'As in: here, tools, USER, for 10m, and why' }],
  },
  {
    name: 'resume',
    description: 'Let go on what was paused',
    options: [{ type: text, name: 'what', description: 'As it was paused: here, tools, USER' }],
  },
].map((command) => ({ ...command, ...everywhere }) as CommandForm);

/** A command as Discord keeps it: also one of an operator's own, or the one that opens an activity. */
type KnownCommand = CommandForm & Record<string, unknown>;

/** What of a known command is sent back to keep it. The rest is Discord's own. */
// https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands
const kept = [
  ...['id', 'type', 'name', 'name_localizations', 'description', 'description_localizations', 'options'],
  ...['default_member_permissions', 'integration_types', 'contexts', 'nsfw', 'handler'],
];

/** Puts these commands into the bot's list, and leaves all others there. Where they are already, nothing is written. */
export async function registerCommands(api: Api, applicationId: string): Promise<void> {
  const route = `/applications/${applicationId}/commands` as const;
  // Without being asked for them Discord leaves out the translations, which would be gone then.
  const query = new URLSearchParams({ with_localizations: 'true' });
  const known = await api.get<KnownCommand[]>(route, { query });
  const ours = known.filter(isOurs);
  if (signature(ours) === signature(commands)) return;
  const others = known
    .filter((command) => !isOurs(command))
    .map((command) =>
      Object.fromEntries(kept.filter((name) => command[name] != null).map((name) => [name, command[name]])),
    );
  await api.put(route, { body: [...others, ...commands] });
}

const chatInput = 1;

function isOurs({ type = chatInput, name }: KnownCommand): boolean {
  return type === chatInput && commands.some((command) => command.name === name);
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
