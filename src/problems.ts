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

/** A hostile input may have any number of them. */
const most = 10;
/** Names of unknown fields are the sender's own. */
const longestName = 100;

/** What a schema refuses of some data, in the order of the fields; of very many, one more than `problemText` tells. */
export function problemsOf({ issues }: z.ZodError, schema: z.ZodType): Problem[] {
  return issues
    .slice(0, most + 1)
    .flatMap((issue) => explain(issue, schema))
    .slice(0, most + 1);
}

/** One line for them, without the full stop. */
export function problemText(problems: Problem[]): string {
  const told = problems
    .slice(0, most)
    .map(({ field, message }) => (field ? `${field}: ${message}` : message))
    .join('; ')
    .replace(/\.$/, '');
  return problems.length > most ? `${told}; and more` : told;
}

/** With a full stop, unless it ends in a question, as a suggestion does. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function explain(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const field = fieldOf(issue.path);
  // Names that are not listed may stand there, but with other values: most likely one is misspelt.
  const last = issue.path.at(-1);
  const listed = typeof last === 'string' ? knownKeys(schema, issue.path.slice(0, -1)) : [];
  if (listed.length > 0 && !listed.includes(String(last)))
    return [{ field, message: `unknown${suggestion(String(last), listed)}` }];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.slice(0, most + 1).map((key) => {
      const name = key.slice(0, longestName);
      return { field: fieldOf([...issue.path, name]), message: `unknown${suggestion(name, known)}` };
    });
  }
  if (issue.code === 'invalid_union') {
    // The form that was nearly met says best what is wrong.
    const nearly = issue.errors.find((issues) => issues.some(({ path }) => path.length > 0));
    if (nearly)
      return nearly.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, schema));
  }
  return [{ field, message: messageOf(issue) }];
}

/** A schema's own words for a rule are kept; zod's are for programmers. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.path.length > 0 && isMissing(issue)) return 'is missing';
  if (!/^(Invalid|Too (small|big))\b/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${wordFor(issue.expected)}${butIs(issue)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const forms = [...new Set(issue.errors.flatMap(formOf))];
      return forms.length > 0 ? `must be ${forms.join(' or ')}` : 'has a form that is not known';
    }
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${sized(issue.origin, `at least ${issue.minimum}`)}`;
    case 'too_big':
      return `must ${sized(issue.origin, `at most ${issue.maximum}`)}`;
    case 'invalid_format':
      return formatOf(issue);
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message.replace(/^Invalid \w+: /, '');
  }
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union') return issue.errors.some(([inner]) => inner && isMissing(inner));
  return issue.code === 'invalid_type' && /received undefined$/.test(issue.message);
}

/** What it is instead, where that tells more: a text that should be a number is a setting as a rule. */
function butIs({ expected, message }: z.core.$ZodIssueInvalidType): string {
  const [, received = ''] = /received (\w+)$/.exec(message) ?? [];
  const kind = received === 'null' ? received : kinds[received];
  return !kind || kind === kinds[expected] || (expected === 'int' && received === 'number')
    ? ''
    : `, not ${kind}`;
}

function formOf([first]: z.core.$ZodIssue[]): string[] {
  if (first?.code === 'invalid_type') return [wordFor(first.expected)];
  return first?.code === 'invalid_value' ? first.values.map(String) : [];
}

function wordFor(expected: string): string {
  return kinds[expected] ?? expected;
}

function sized(origin: string, amount: string): string {
  if (origin === 'string') return `have ${amount} characters`;
  if (origin === 'array' || origin === 'set') return `have ${amount} items`;
  return `be ${amount}`;
}

function formatOf(issue: z.core.$ZodIssueInvalidStringFormat): string {
  // The parts of an issue differ by its format, which zod's type leaves open.
  const { format, prefix, includes, pattern } = issue as unknown as Record<string, string>;
  if (format === 'url') return 'must be a URL';
  if (format === 'starts_with') return `must begin with ${prefix}`;
  if (format === 'includes') return `must contain ${includes}`;
  return format === 'regex' ? `must match ${pattern}` : `must be a valid ${format}`;
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
