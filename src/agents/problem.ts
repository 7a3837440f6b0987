import type { Finding } from '../connector/connector.js';

/** What is wrong with an agent, or with what the whole hub shares; the rest of it runs. */
export interface Problem {
  /** Null: it concerns every agent. */
  agentId: string | null;
  connector?: string;
  /** What a person would change. */
  field: string;
  /** What is wrong, and the fix. */
  message: string;
  /** Nothing is wrong; people should know all the same. */
  note?: true;
}

export function findingOf({ field, message, note }: Problem): Finding {
  return { check: field, ok: note === true, fix: message };
}
