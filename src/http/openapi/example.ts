/** Examples made from schemas, where none is written beside an operation. */
import type { Schema } from './schema.js';

const moment = '2026-03-29T08:00:00.000Z';

/** By the field's name; whatever does not fit its schema is not taken. */
const known: Record<string, unknown> = {
  agentId: 'assistant',
  agent: 'assistant',
  agents: ['assistant'],
  roomId: 'room-0190f3a2',
  turnId: '0190f3a2-5b1c-7d3e-9f00-3a1b2c4d5e6f',
  id: '0190f3a2-5b1c-7d3e-9f00-3a1b2c4d5e6f',
  messageId: 'm-1',
  connector: 'http',
  tenant: 'default',
  channel: 'user:alice',
  userId: 'alice',
  name: 'alice',
  account: 'http:alice',
  other: 'http/acme:alice',
  code: 'K7QWM3XA',
  text: 'The shop opens at nine.',
  version: 7,
  model: 'offline',
  nextCursor: null,
  error: null,
  cursor: 'eyJpZCI6Ijd9',
};

/** One value that fits. `whole`: with the fields that may be absent, too. */
export function exampleOf(schema: Schema, whole: boolean, name = ''): unknown {
  const given = schema.example ?? (schema.examples as unknown[] | undefined)?.[0];
  if (given !== undefined) return given;
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const types = [schema.type ?? []].flat();
  if (Object.hasOwn(known, name) && isOf(known[name], schema, types)) return known[name];
  if (schema.default !== undefined) return schema.default;
  const [form] = schema.anyOf ?? schema.oneOf ?? [];
  if (form) return exampleOf(form, whole, name);
  switch (types[0]) {
    case 'object':
      return objectOf(schema, whole);
    case 'array':
      return schema.items ? [exampleOf(schema.items, whole, name.replace(/s$/, ''))] : [];
    case 'string':
      return textOf(schema, name);
    case 'number':
    case 'integer':
      return Number(schema.minimum ?? Number(schema.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return true;
    default:
      return types.length > 0 ? null : {};
  }
}

function objectOf({ properties = {}, required = [] }: Schema, whole: boolean): object {
  const names = Object.keys(properties).filter((name) => whole || required.includes(name));
  const made = names.map((name) => [name, exampleOf(properties[name]!, whole, name)] as const);
  // What nobody finds a value for is shown by no example.
  return Object.fromEntries(made.filter(([, value]) => value !== undefined));
}

/** For fields that have a form. */
const forms = ['10m', 'http:open_hours', 'secret:shop.key', '0123456789abcdef', 'https://shop.example', '*'];

/** Undefined: no text that is known fits. */
function textOf({ format, pattern, minLength = 0 }: Schema, name: string): string | undefined {
  if (format === 'date-time') return moment;
  if (format === 'date') return moment.slice(0, 10);
  if (format === 'uri') return 'https://shop.example/';
  const usual = (name || 'text').padEnd(Number(minLength), '.');
  if (typeof pattern !== 'string') return usual;
  return [usual, ...forms].find((text) => new RegExp(pattern, 'u').test(text));
}

function isOf(value: unknown, schema: Schema, types: string[]): boolean {
  if (value === null) return types.includes('null');
  if (Array.isArray(value)) return types.includes('array') && (schema.items?.type ?? 'string') === 'string';
  if (types.length === 0) return !schema.anyOf || schema.anyOf.some(({ type }) => type === typeof value);
  const type = typeof value === 'number' ? 'integer' : typeof value;
  if (!types.includes(type) && !types.includes(typeof value)) return false;
  return typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(String(value));
}
