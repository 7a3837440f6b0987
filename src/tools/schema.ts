/**
 * JSON Schemas of tools, which strangers write: drafts 6, 7, 2019-09 and 2020-12 by their `$schema`; without one 2020-12.
 * Keywords and formats that nobody knows are passed over. Nothing is ever fetched.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { createContext, Script } from 'node:vm';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { LRUCache } from 'lru-cache';

/** Checks arguments against one JSON Schema. */
export interface Schema {
  /** What is wrong, a line a fault; null: nothing. */
  problem(value: unknown): string | null;
}

/** Of a schema as JSON text, in characters. */
const mostChars = 200_000;
/** What stands in what stands in it, of a schema and of arguments. */
const deepest = 100;
/** To compile a schema, and to check arguments once, in ms: patterns and references may take for ever. */
const patienceMs = 1000;
/** A schema that has cost its time so often is checked no more. */
const mostLost = 3;
const mostFaults = 20;
const mostKept = 1000;

/** As JSON Schema wants patterns; where that cannot be, as many write them: `\@` for `@`. */
const regExp = Object.assign(
  (pattern: string, flags: string) => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return new RegExp(pattern, flags.replace('u', ''));
    }
  },
  { code: 'new RegExp' },
);
const options = { strict: false, allErrors: true, logger: false, code: { regExp } } as const;
/** Loaded with the first schema: it is eighty files, which no start need wait for. */
const require = createRequire(import.meta.url);
const oldest = () => (require('ajv') as typeof import('ajv')).Ajv;
const dialects = {
  'draft-06': oldest,
  'draft-07': oldest,
  '2019-09': () => (require('ajv/dist/2019.js') as typeof import('ajv/dist/2019.js')).Ajv2019,
  '2020-12': () => (require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')).Ajv2020,
};
const formats = () => require('ajv-formats') as typeof import('ajv-formats');
type Dialect = keyof typeof dialects;

const kept = new LRUCache<string, Schema>({ max: mostKept });
const judges = new Map<Dialect, Ajv>();

/** The same schema is compiled once. @throws Error where the schema itself cannot be used; its message says why */
export function schemaOf(schema: Record<string, unknown>): Schema {
  if (depthOf(schema) > deepest) throw new Error(`its schema is nested deeper than ${deepest}`);
  const text = JSON.stringify(schema);
  if (text.length > mostChars) throw new Error(`its schema is longer than ${mostChars} characters`);
  const digest = createHash('sha256').update(text).digest('base64');
  const known = kept.get(digest);
  if (known) return known;
  const made = compiled(schema);
  kept.set(digest, made);
  return made;
}

function compiled({ $schema, ...schema }: Record<string, unknown>): Schema {
  const { type = 'object' } = schema;
  if (type !== 'object') throw new Error('its schema must be of an object: "type": "object"');
  const dialect = dialectOf($schema);
  const judge = judgeOf(dialect);
  const whole = { ...schema, type };
  // One of its own, so that no schema refers to another's parts.
  const ajv = new (dialects[dialect]())({ ...options, meta: false, validateSchema: false });
  formats().default(ajv);
  let validate: ValidateFunction;
  try {
    validate = bounded(() => {
      if (!judge.validateSchema(whole)) throw new Error(faultsIn(judge.errors).join('; '));
      return ajv.compile(whole);
    });
  } catch (error) {
    throw new Error(`its schema cannot be used: ${reason(error)}`);
  }
  let lost = 0;
  return {
    problem(value) {
      if (lost >= mostLost) return 'the arguments cannot be checked: that takes too long';
      if (depthOf(value) > deepest) return `the arguments are nested deeper than ${deepest}`;
      try {
        if (bounded(() => validate(value))) return null;
        const faults = withoutLongNumbers(validate.errors ?? [], value);
        return faults.length === 0 ? null : faultsIn(faults).join('\n');
      } catch (error) {
        if (isTimeout(error)) lost += 1;
        return `the arguments cannot be checked: ${reason(error)}`;
      }
    },
  };
}

/** Makes itself ready at first, for as long as that takes: one that was stopped in the midst of it would be of no use ever. */
function judgeOf(dialect: Dialect): Ajv {
  const known = judges.get(dialect);
  if (known) return known;
  const judge = new (dialects[dialect]())({ ...options, addUsedSchema: false });
  judge.validateSchema({ type: 'object' });
  judges.set(dialect, judge);
  return judge;
}

/**
 * Without those that are but that a whole number is written as text, which is how one of more digits than a number keeps is
 * sent. What else could stand there, as in `["integer", "null"]`, is no fault then either.
 */
function withoutLongNumbers(faults: readonly ErrorObject[], whole: unknown): ErrorObject[] {
  const long = new Set(
    faults
      .filter(({ keyword, params }) => keyword === 'type' && /integer|number/.test(String(params.type)))
      .map(({ instancePath }) => instancePath)
      .filter((path) => isLongInteger(valueAt(whole, path))),
  );
  const either = /^(type|anyOf|oneOf)$/;
  return faults.filter(({ keyword, instancePath }) => !long.has(instancePath) || !either.test(keyword));
}

function valueAt(whole: unknown, path: string): unknown {
  let value = whole;
  for (const part of path.split('/').slice(1))
    value = (value as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return value;
}

/** Text of a whole number that a number cannot hold. */
export function isLongInteger(value: unknown): value is string {
  return (
    typeof value === 'string' && /^-?[1-9]\d{15,99}$/.test(value) && !Number.isSafeInteger(Number(value))
  );
}

function dialectOf($schema: unknown): Dialect {
  if ($schema === undefined) return '2020-12';
  const said = String($schema);
  const found = (Object.keys(dialects) as Dialect[]).find((dialect) =>
    new RegExp(`^https?://json-schema\\.org/(draft/)?${dialect}/schema#?$`).test(said),
  );
  if (found) return found;
  throw new Error(`its "$schema" is none of ${Object.keys(dialects).join(', ')}`);
}

const script = new Script('work()');
const context = createContext({ work: null });

/** Ends what takes too long, whatever it does: a pattern that goes back and forth, references that multiply. */
function bounded<T>(work: () => T): T {
  context.work = work;
  try {
    return script.runInContext(context, { timeout: patienceMs });
  } finally {
    context.work = null;
  }
}

const isTimeout = (error: unknown) =>
  (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

function reason(error: unknown): string {
  if (isTimeout(error)) return 'that takes too long';
  const { message = '' } = error as Error;
  return message.includes('call stack') ? 'it refers to itself without end' : message.slice(0, 500);
}

function faultsIn(errors: readonly ErrorObject[] | null | undefined): string[] {
  const faults = [...new Set((errors ?? []).map(faultOf))];
  const more = faults.length - mostFaults;
  return more > 0 ? [...faults.slice(0, mostFaults), `and ${more} more`] : faults;
}

/** `/items/0/price must be number` */
function faultOf({ instancePath, message = 'is not valid', keyword, params }: ErrorObject): string {
  const where = instancePath || 'the arguments';
  const said: Record<string, () => string> = {
    additionalProperties: () => `must not have "${params.additionalProperty}"`,
    unevaluatedProperties: () => `must not have "${params.unevaluatedProperty}"`,
    enum: () => `must be one of ${JSON.stringify(params.allowedValues)}`,
    const: () => `must be ${JSON.stringify(params.allowedValue)}`,
  };
  return `${where} ${said[keyword]?.() ?? message}`.slice(0, 300);
}

/** How deep it is nested; deeper than counts here, it is not looked at. */
function depthOf(value: unknown, at = 0): number {
  if (typeof value !== 'object' || value === null || at > deepest) return at;
  let depth = at;
  for (const inner of Object.values(value)) depth = Math.max(depth, depthOf(inner, at + 1));
  return depth;
}
