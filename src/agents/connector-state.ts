/** What is told of how connectors are, by what became of them in this process. */

import type { ConnectionState } from '../core/connection-state.js';
import type { ConnectorState } from '../core/connector-state.js';
import type { SettingProblem } from '../extensions/settings.js';
import { redact } from '../redaction.js';

/** What became of one that was to run. */
export interface Attempt {
  connector: string;
  /** Since when it runs, Unix ms; null: it does not. */
  runsSince: number | null;
  /** Null: it has none, or none is open in this process. */
  connection: ConnectionState | null;
  /** It is not tried again by itself, or not soon. */
  refused: boolean;
  lastError: ConnectorState['lastError'];
}

export function stateOf(
  agentId: string | null,
  { connector, runsSince, connection, refused, lastError }: Attempt,
): ConnectorState {
  const errors = [lastError, connection?.lastError ?? null].filter((error) => error !== null);
  const last = errors.sort((one, other) => other.at - one.at)[0];
  return {
    ...{ agentId, connector, missing: [] },
    state: runsSince === null ? (refused ? 'off' : 'away') : connected(connection),
    since: runsSince === null ? null : (connection?.since ?? runsSince),
    // What a platform says of its connection may quote what it was sent.
    lastError: last ? { ...last, message: redact(last.message) } : null,
  };
}

/** @param missing of it and of others. */
export function unfinished(
  agentId: string | null,
  { connector, lastError }: Attempt,
  missing: readonly (SettingProblem & { connector: string })[],
): ConnectorState {
  const own = missing.filter((problem) => problem.connector === connector);
  return {
    ...{ agentId, connector, state: 'unfinished', since: null, lastError },
    missing: own.map(({ field, message }) => ({ field, message })),
  };
}

/** Without a connection of its own it is reached over HTTP, and that works while it runs. */
function connected(connection: ConnectionState | null): ConnectorState['state'] {
  if (!connection) return 'runs';
  if (connection.standsBy) return 'stands-by';
  return connection.health.startsWith('ok') ? 'runs' : 'away';
}
