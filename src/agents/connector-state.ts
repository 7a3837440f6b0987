/** How the connectors of agents are in one process, for whoever keeps them running. */

import type { ConnectionState } from '../core/connection-state.js';
import type { SettingProblem } from '../extensions/settings.js';

export interface ConnectorState {
  /** Null: it serves all agents. */
  agentId: string | null;
  connector: string;
  /**
   * - `runs`: people are heard there, as far as is known.
   * - `stands-by`: it runs in another process of the hub.
   * - `away`: it is tried again by itself.
   * - `off`: the platform or a setting refuses it; somebody must do something.
   * - `unfinished`: settings are missing or wrong, and `missing` names them.
   */
  state: 'runs' | 'stands-by' | 'away' | 'off' | 'unfinished';
  /** Since when it is so, Unix ms; null where it never ran. */
  since: number | null;
  /** The last one, also of one that is over; null: there was none since this process began. */
  lastError: { message: string; at: number } | null;
  missing: SettingProblem[];
}

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
  return {
    ...{ agentId, connector, missing: [] },
    state: runsSince === null ? (refused ? 'off' : 'away') : connected(connection),
    since: runsSince === null ? null : (connection?.since ?? runsSince),
    lastError: errors.sort((one, other) => other.at - one.at)[0] ?? null,
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
