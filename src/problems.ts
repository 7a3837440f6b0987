/** What is wrong with data from outside, in words that name the field and the fix. */
import { z } from 'zod';
import { suggestion } from './nearest.js';

/** One thing that is wrong with data from outside. */
export interface Problem {
  /** `memory.recall`, `models[0]`; empty for the whole. */
  field: string;
  message: string;
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Everything that a schema refuses of some data, in the order of the fields. */
export function problemsOf({ issues }: z.ZodError, schema: z.ZodType): Problem[] {
  return issues.flatMap((issue) => explain(issue, schema));
}

/** One line for all of them, without the full stop. */
export function problemText(problems: Problem[]): string {
  return problems
    .map(({ field, message }) => (field ? `${field}: ${message}` : message))
    .join('; ')
    .replace(/\.$/, '');
}

function explain(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const field = fieldOf(issue.path);
  // Names that are not listed may stand there, but with other values: most likely one is misspelt.
  const last = issue.path.at(-1);
  const listed = typeof last === 'string' ? knownKeys(schema, issue.path.slice(0, -1)) : [];
  if (listed.length > 0 && !listed.includes(String(last)))
    return [{ field, message: `unknown${suggestion(String(last), listed)}` }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => ({
        field: fieldOf([...issue.path, key.slice(0, 100)]),
        message: `unknown${suggestion(key, known)}`,
      }));
    }
    case 'invalid_union': {
      const forms = issue.errors.map(([inner]) => inner && 'expected' in inner && wordFor(inner.expected));
      const words = [...new Set(forms)].filter((word) => typeof word === 'string');
      return [{ field, message: words.length > 0 ? `must be ${words.join(' or ')}` : issue.message }];
    }
    case 'invalid_type': {
      const missing = issue.path.length > 0 && /received undefined$/.test(issue.message);
      return [{ field, message: missing ? 'is missing' : `must be ${wordFor(issue.expected)}` }];
    }
    default:
      return [{ field, message: issue.message.replace(/^Invalid input: /, '') }];
  }
}

function wordFor(expected: string): string {
  return kinds[expected] ?? expected;
}

interface Described {
  properties?: Record<string, Described>;
  /** What stands under names that are not listed. */
  additionalProperties?: Described;
  items?: Described;
}

/** The names the schema takes at a path, read from its own description. */
function knownKeys(schema: z.ZodType, path: PropertyKey[]): string[] {
  let at: Described | undefined = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as Described;
  for (const part of path)
    at = typeof part === 'number' ? at?.items : (at?.properties?.[String(part)] ?? at?.additionalProperties);
  return Object.keys(at?.properties ?? {}).filter((key) => !key.startsWith('$'));
}

function fieldOf(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
