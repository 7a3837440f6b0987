/** One character file: its text to a character, or what is wrong with it in words that name the fix. */
import type { Character } from '../core/character.js';
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
    return { problem: { message: syntaxProblem(plain, error as SyntaxError), field: null } };
  }
  const read = characterOf(value);
  return 'problem' in read ? read : { ...read, written: value as Definition };
}

/** Node 20 does not always say where; line and column are found by trying how far the text can be read. */
function syntaxProblem(text: string, error: SyntaxError): string {
  if (text.trim() === '') return 'the file is empty; it needs at least {"name": "…", "bio": "…"}';
  const at = brokenAt(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const reason = error.message
    .replace(/,? (?:"|\.\.\.).*|(?: in JSON)? at position.*| is not valid JSON.*|\(line.*/s, '')
    .trim();
  const comma = /,\s*$/.test(before) && /^\s*[\]}]/.test(text.slice(at));
  return `line ${line}, column ${column}: ${comma ? 'the comma before it is one too many' : reason}`;
}

/** Index of the first character no JSON text can have there, or the length when the text just ends too soon. */
function brokenAt(text: string): number {
  let [good, bad] = [0, text.length + 1];
  // A beginning is good as long as all that is wrong with it is its end; a longer one never mends it.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position !== undefined) return Number(position) >= beginning.length || /Unterminated/.test(message);
    return /end of JSON input/.test(message);
  }
}

/** What a file could be called whose name can be no agent's id. */
export function suggestedId(id: string): string {
  const plain = id
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '');
  return plain.slice(0, 64) || 'my-agent';
}
