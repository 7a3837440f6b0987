/** How a connector of an agent is in one process, for whoever keeps it running. */

/**
 * - `runs`: people are heard there, as far as is known.
 * - `stands-by`: it runs in another process of the hub.
 * - `away`: it is tried again by itself.
 * - `off`: the platform or a setting refuses it; somebody must do something.
 * - `unfinished`: settings are missing or wrong, and `missing` names them.
 */
export const connectorStates = ['runs', 'stands-by', 'away', 'off', 'unfinished'] as const;

export interface ConnectorState {
  /** Null: it serves all agents. */
  agentId: string | null;
  connector: string;
  state: (typeof connectorStates)[number];
  /** Since when it is so, Unix ms; null where it never ran. */
  since: number | null;
  /** The last one, also of one that is over, without secrets; null: there was none since this process began. */
  lastError: { message: string; at: number } | null;
  /** Settings, as a person calls them, and what is to be done. */
  missing: { field: string; message: string }[];
}
