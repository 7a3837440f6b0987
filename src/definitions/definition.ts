/** Definitions of agents that lie in the store, each with the versions before it. */
import { z } from 'zod';
import { Character } from '../core/character.js';
import { problemsOf, problemText } from '../problems.js';
import { defineNote } from '../store/note.js';
import { defineRecord } from '../store/record.js';

/** A definition as it was written: what it does not say is left to the defaults of whichever hub reads it. */
export type Definition = Record<string, unknown>;

const Version = z.looseObject({
  /** One more with every change of the agent, whatever is changed, and never used again. */
  number: z.number().int().min(1),
  /** Unix ms. */
  at: z.number(),
  by: z.string(),
  comment: z.string().optional(),
  definition: z.record(z.string(), z.unknown()),
});
export type Version = z.infer<typeof Version>;

/** By the agent's id. A removed one stays, so that its numbers go on. */
export const StoredDefinition = z.looseObject({
  /** The oldest first. */
  versions: z.array(Version).min(1),
  /** The number of the one that counts. */
  active: z.number().int().min(1),
  /** Whether it takes the place of a character file of the same id. */
  overridesFile: z.boolean(),
  deleted: z.looseObject({ at: z.number(), by: z.string() }).optional(),
});
export type StoredDefinition = z.infer<typeof StoredDefinition>;

export const definitionRecord = defineRecord({ kind: 'agent-definition', schema: StoredDefinition });

/** Another value after every change, so that nobody reads all of them to learn that there was none. */
export const changeNote = defineNote({
  key: (_: 'change') => 'agent-definitions-changed',
  schema: z.string(),
});

/** The version that counts. */
export function activeOf({ versions, active }: StoredDefinition): Version {
  return versions.find(({ number }) => number === active) ?? versions.at(-1)!;
}

/** What is wrong with a definition, in the words that files are told in. */
export interface DefinitionProblem {
  message: string;
  /** The first field at fault; null where it is all of it. */
  field: string | null;
}

export function characterOf(definition: unknown): { character: Character } | { problem: DefinitionProblem } {
  const parsed = Character.safeParse(definition);
  if (parsed.success) return { character: parsed.data };
  const problems = problemsOf(parsed.error, Character);
  return { problem: { message: problemText(problems), field: problems[0]?.field || null } };
}
