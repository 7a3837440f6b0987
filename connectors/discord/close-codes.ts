/** What Discord says in close codes and the SDK in words of its own, for people: with the fix. */
import { FatalError, RetryableError } from '../../src/extension-api.js';

const portal = 'the Discord developer portal (https://discord.com/developers/applications)';

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const explanations: Record<number, string> = {
  4004: `Discord refuses the bot token. Reset it in ${portal} → Bot, and set DISCORD_TOKEN.`,
  4010: 'Discord refuses the shard. Set DISCORD_SHARDS to auto.',
  4011: 'The bot is in too many servers for one connection. Set DISCORD_SHARDS to auto.',
  4012: 'Discord no longer speaks this version of the gateway. Update Carrier.',
  4013: 'Discord does not know an intent that was asked for. Update Carrier.',
  4014: `The bot may not read messages: switch on "Message Content Intent" in ${portal} → Bot → Privileged Gateway Intents, then start Carrier again.`,
};

/** What to do about a close code after which there is no reconnecting. */
export function explained(code: number): FatalError {
  const text = explanations[code] ?? `Discord closed the connection for good (${code}).`;
  return new FatalError('config_invalid', text, { field: code === 4004 ? 'DISCORD_TOKEN' : undefined });
}

/** The SDK says it in words of its own. */
const words: Record<string, number> = {
  'Authentication failed': 4004,
  'Invalid shard': 4010,
  'Sharding is required': 4011,
  'Used an invalid API version': 4012,
  'Used invalid intents': 4013,
  'Used disallowed intents': 4014,
};

export function loginProblem(error: unknown): FatalError | RetryableError {
  if (error instanceof FatalError || error instanceof RetryableError) return error;
  const { message, code } = error as Error & { code?: string };
  if (code === 'TokenInvalid') return explained(4004);
  const known = words[message];
  if (known) return explained(known);
  return new RetryableError('delivery_failed', `Discord cannot be connected to: ${code ?? message}.`);
}
