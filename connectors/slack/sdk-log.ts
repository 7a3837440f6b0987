/** The SDK's logger: its warnings go to the hub's log without secrets, its chatter nowhere. */
import type { Logger, LogLevel } from '@slack/bolt';
import type { Host } from '../../src/extension-api.js';
import { scrub } from './scrub.js';

export function sdkLogger(log: Pick<Host['log'], 'warn' | 'error'>): Logger {
  const told = (parts: unknown[]) => scrub(parts.map(String).join(' '));
  return {
    // At debug it would write out whole payloads.
    debug() {},
    info() {},
    warn: (...parts: unknown[]) => log.warn({ connector: 'slack' }, told(parts)),
    error: (...parts: unknown[]) => log.error({ connector: 'slack' }, told(parts)),
    setLevel() {},
    setName() {},
    // An enum of the SDK, which is not loaded for its sake.
    getLevel: () => 'warn' as LogLevel,
  };
}
