/** Operations' zod schemas as JSON Schema, draft 2020-12, which is what an OpenAPI 3.1 document has. */
import { z } from 'zod';

/** A JSON Schema, or a part of one. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  [keyword: string]: unknown;
}

/** `input`: what may be sent; `output`: what is answered, with nothing else in it. */
export function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  // What it cannot say is anything; a test holds the examples of all routes against the schemas themselves.
  const made = z.toJSONSchema(type, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return plain(made as Schema);
}

/** Bounds that zod writes for any whole number. */
const zodsOwn = new Set<unknown>([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** Readers of other languages know no classes by Unicode's names. Lone surrogates come in no UTF-8. */
const classes: Record<string, string> = {
  '\\p{Cc}': '\\u0000-\\u001f\\u007f-\\u009f',
  '\\p{Cs}': '',
  '\\p{Zl}': '\\u2028',
  '\\p{Zp}': '\\u2029',
  '\\p{Cf}':
    '\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb',
};

/** The pattern for any reader; null where only ours understands it. */
function portable(pattern: string): string | null {
  const written = pattern.replace(/\\p\{C[csf]\}|\\p\{Z[lp]\}/g, (name) => classes[name]!);
  return written.includes('\\p{') ? null : written;
}

/** With `type: ["string", "null"]` for what may be null, and without bounds and patterns that say nothing. */
export function plain(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (keyword === '$schema' || isZodsBound(keyword, value)) return [];
    if (keyword !== 'pattern') return [[keyword, isData(keyword) ? value : plainOf(keyword, value)]];
    // The format says it, and nobody reads such a pattern.
    const pattern = schema.format === undefined ? portable(String(value)) : null;
    return pattern === null ? [] : [[keyword, pattern]];
  });
  return nullAsType(Object.fromEntries(entries));
}

function plainOf(keyword: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => plain(one as Schema));
  if (keyword !== 'properties') return plain(value as Schema);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [name, plain(one as Schema)]),
  );
}

function isZodsBound(keyword: string, value: unknown): boolean {
  return (keyword === 'minimum' || keyword === 'maximum') && zodsOwn.has(value);
}

function isData(keyword: string): boolean {
  return ['default', 'enum', 'const', 'example', 'examples', 'required'].includes(keyword);
}

function nullAsType({ anyOf, ...schema }: Schema): Schema {
  if (!anyOf) return schema;
  const [other, ...more] = anyOf.filter(({ type }) => type !== 'null');
  const isNullable = more.length + 1 < anyOf.length;
  if (!isNullable || !other || more.length > 0 || typeof other.type !== 'string' || 'const' in other)
    return { ...schema, anyOf };
  const { type, enum: values } = other;
  return { ...schema, ...other, type: [type, 'null'], ...(values && { enum: [...values, null] }) };
}

/** An object's schema without these fields; of several forms, each without them. */
export function without(schema: Schema, names: readonly string[]): Schema {
  const { anyOf, properties = {}, required = [] } = schema;
  if (anyOf) return { ...schema, anyOf: anyOf.map((form) => without(form, names)) };
  const left = required.filter((name) => !names.includes(name));
  const { required: _, ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
    ...(left.length > 0 && { required: left }),
  };
}
