import type { Finding } from '../connector/connector.js';
import type { CharacterProblem } from './character-file.js';

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

/** What is wrong with a file of a character. */
export function problemOfFile({ id, path, field, message }: CharacterProblem): Problem {
  return { agentId: id, field: field ?? path, message: `${path}: ${message}` };
}

export function sameProblem(one: Problem, other: Problem): boolean {
  return one.agentId === other.agentId && one.field === other.field;
}
