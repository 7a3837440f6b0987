/** The commands Telegram's apps offer as soon as somebody types a slash. */
import type { InboundCommand } from '../../src/extension-api.js';
import type { Api } from './api.js';

const commands: Record<string, string> = {
  help: 'What I can do',
  new: 'Begin a new conversation',
  status: 'How I am doing',
  forget: 'Forget what I know of you',
  model: 'Which language model answers',
  stop: 'Stop what I am writing',
};

/** What the hub carries out, offered or not: `/approve` is for operators, `/start` is what apps send first of all. */
const known = new Set([...Object.keys(commands), 'approve', 'start']);

export function isCommand(name: string): boolean {
  return known.has(name);
}

/** Nobody means more by `/start` than "hello, what is this?". */
export function asCommand(command: InboundCommand): InboundCommand {
  return command.name === 'start' ? { ...command, name: 'help', args: '' } : command;
}

export async function offerCommands(api: Api): Promise<void> {
  const list = Object.entries(commands).map(([command, description]) => ({ command, description }));
  await api.call('setMyCommands', { commands: list });
}
