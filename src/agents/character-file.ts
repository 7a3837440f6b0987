/** One character file: its text to a character, or what is wrong with it in words that name the fix. */

import type { Character } from '../core/character.js';
import { jsonFault } from '../core/json-fault.js';
import { characterOf, type Definition, type DefinitionProblem } from '../definitions/definition.js';

export interface CharacterProblem {
  /** The file, or the folder itself. */
  path: string;
  /** Null when it concerns the folder. */
  id: string | null;
  /** The first field at fault; null when it is the file as a whole. */
  field: string | null;
  /** All that is wrong, and what to do. */
  message: string;
  /** An earlier, good definition is still being used. */
  inForce: boolean;
}

/** `written`: as it stands there, without the defaults. */
export type Reading = { character: Character; written: Definition } | { problem: DefinitionProblem };

export function readCharacter(text: string): Reading {
  const plain = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (error) {
    const message =
      plain.trim() === ''
        ? 'the file is empty; it needs at least {"name": "…", "bio": "…"}'
        : jsonFault(plain, error as SyntaxError);
    return { problem: { message, field: null } };
  }
  const read = characterOf(value);
  return 'problem' in read ? read : { ...read, written: value as Definition };
}

/** What a file could be called whose name can be no agent's id. */
export function suggestedId(id: string): string {
  const plain = id
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '');
  return plain.slice(0, 64) || 'my-agent';
}
