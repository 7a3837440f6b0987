/** The commands Telegram's apps offer as soon as somebody types a slash. */
import type { InboundMessage } from '../../src/extension-api.js';
import type { Api } from './api.js';

const commands: Record<string, string> = {
  help: 'What I can do',
  new: 'Begin a new conversation',
  status: 'How I am doing',
  forget: 'Forget what I know of you',
  model: 'Which language model answers',
  whoami: 'Who you are to me, and what you may do',
  link: 'Link your account on another platform',
  unlink: 'Take an account out again',
  stop: 'Stop what I am writing',
};

/**
 * Apps send `/start` first of all, and nobody means more by it than "hello, what is this?". With a payload, which
 * whoever made the link has put there, it is what was said.
 */
export function withStart(message: InboundMessage): InboundMessage {
  return { ...message, text: message.text.replace(/^\/start(@\w+)?$/, '/help$1') };
}

export async function offerCommands(api: Api): Promise<void> {
  const list = Object.entries(commands).map(([command, description]) => ({ command, description }));
  await api.call('setMyCommands', { commands: list });
}
