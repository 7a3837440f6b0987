import type { Host, InboundMessage, Memory } from '../../src/extension-api.js';

export interface HostSubject {
  /** Of the connector `desk`, with one agent, `eliza`. */
  host: Host;
  /** All stored messages of people. */
  said(): Promise<Memory[]>;
  /** Fails the store, or mends it. */
  failStore(failing: boolean): void;
  /** An operator lets in everybody who got a code, and every place. */
  approve(): Promise<void>;
  close(): Promise<void>;
}

export const open = { dm: 'open', places: 'open' };

export type Change = Partial<Omit<InboundMessage, 'source' | 'author'>> & {
  id?: string;
  channel?: string;
  thread?: string;
  user?: string;
  bot?: boolean;
};

export function message(change: Change = {}): InboundMessage {
  const { id = '1', channel = 'lobby', thread, user = 'alice', bot, ...more } = change;
  const source = { connector: 'desk', tenant: 'default', channel, messageId: id, ...(thread && { thread }) };
  const author = { id: user, ...(bot && { bot }) };
  return { agentId: 'eliza', source, direct: false, author, text: 'hello', ...more };
}

export function command(change: Change) {
  const { agentId, source, direct, author, roles = [] } = message({ id: 'c1', ...change });
  return { agentId, source, direct, author, roles, name: 'help', args: '' };
}

export function keyOf(messageId = '1') {
  return { agentId: 'eliza', connector: 'desk', tenant: 'default', messageId };
}
