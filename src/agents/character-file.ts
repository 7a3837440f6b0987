/** One character file: its text to a character, or what is wrong with it in words that name the fix. */
import { distance as editDistance } from 'fastest-levenshtein';
import { z } from 'zod';
import { Character } from '../core/character.js';
import { gateSettings } from '../core/connector-settings.js';

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

export type Reading = { character: Character } | { problem: { message: string; field: string | null } };

export function readCharacter(text: string): Reading {
  const plain = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (error) {
    return { problem: { message: syntaxProblem(plain, error as SyntaxError), field: null } };
  }
  const parsed = Character.safeParse(value);
  if (parsed.success) return { character: parsed.data };
  const problems = parsed.error.issues.flatMap(explain);
  const message = problems.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
  return { problem: { message, field: problems[0]?.field || null } };
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

interface Explained {
  field: string;
  message: string;
}

function explain(issue: z.core.$ZodIssue): Explained[] {
  const field = pathOf(issue.path);
  const [root, , setting] = issue.path;
  // What is no setting of every connector must be a reference to a secret, or is misspelt.
  if (root === 'connectors' && issue.path.length === 3 && !gateSettings.has(String(setting)))
    return [{ field, message: unknownKey(String(setting), [...gateSettings]) }];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => ({
      field: pathOf([...issue.path, key]),
      message: unknownKey(key, known),
    }));
  }
  if (issue.code === 'invalid_union') return [{ field, message: 'must be a text or a list of texts' }];
  if (issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message))
    return [{ field, message: 'is missing' }];
  return [{ field, message: issue.message.replace(/^Invalid input: /, '') }];
}

function unknownKey(key: string, known: string[]): string {
  const nearest = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const close = nearest && nearest.distance <= Math.max(2, Math.floor(key.length / 3));
  return close ? `unknown; did you mean "${nearest.name}"?` : `unknown; known are ${known.join(', ')}`;
}

interface Described {
  properties?: Record<string, Described>;
  /** What stands under names that are not listed. */
  additionalProperties?: Described;
  items?: Described;
}

/** The names the schema takes at a path, read from its own description. */
function knownKeys(path: PropertyKey[]): string[] {
  let at: Described | undefined = z.toJSONSchema(Character, { io: 'input' }) as Described;
  for (const part of path)
    at = typeof part === 'number' ? at?.items : (at?.properties?.[String(part)] ?? at?.additionalProperties);
  return Object.keys(at?.properties ?? {}).filter((key) => !key.startsWith('$'));
}

function pathOf(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
