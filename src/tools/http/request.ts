/** What is asked of the other side, made of a tool and the arguments of one call. */
import { createHmac } from 'node:crypto';
import { isLosslessNumber, LosslessNumber, stringify } from 'lossless-json';
import { isLongInteger } from '../schema.js';
import type { HttpTool } from './definition.js';
import { pathOf, placeholdersIn, placeOf, propertiesOf } from './definition.js';
import { filled, isHeaderValue, type Resolve, secretOf } from './headers.js';

export interface HttpRequest {
  method: HttpTool['method'];
  url: URL;
  /** By their names in lower case. */
  headers: Record<string, string>;
  body: string | null;
}

type Arguments = Record<string, unknown>;

/**
 * @param parameters checked against the schema
 * @throws Error for arguments that have no place there, or would lead elsewhere
 */
export async function requestOf(
  tool: HttpTool,
  parameters: Arguments,
  call: { idempotencyKey: string; resolve: Resolve; now: number },
): Promise<HttpRequest> {
  const placed = placedIn(tool, parameters);
  const url = urlOf(tool.url, parameters);
  for (const [name, value] of placed.query)
    for (const text of texts(value, name)) url.searchParams.append(name, text);
  const body = bodyOf(tool, placed);
  const headers: Record<string, string> = {
    accept: 'application/json, text/*;q=0.9, */*;q=0.5',
    'user-agent': 'carrier-hub',
  };
  for (const [name, value] of Object.entries(tool.headers))
    headers[name.toLowerCase()] = valid(name, await filled(value, call.resolve));
  for (const [name, value] of placed.header) headers[name.toLowerCase()] = valid(name, textOf(value, name));
  if (body !== null)
    headers['content-type'] ??=
      tool.encoding === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  Object.assign(headers, await signed(tool, body ?? '', call), {
    'idempotency-key': call.idempotencyKey,
    'accept-encoding': 'identity',
    [toolHeader]: tool.name,
  });
  return { method: tool.method, url, headers, body };
}

/** Says that a tool of a hub asks; hubs refuse such requests, so that no tool reaches the hub that calls it. */
export const toolHeader = 'carrier-tool';

interface Placed {
  query: [name: string, value: unknown][];
  header: [name: string, value: unknown][];
  body: [name: string, value: unknown][];
  content: unknown;
}

function placedIn(tool: HttpTool, parameters: Arguments): Placed {
  const { url, method, places } = tool;
  const placed: Placed = { query: [], header: [], body: [], content: undefined };
  const inTemplate = placeholdersIn(url);
  const usual = ['GET', 'HEAD', 'DELETE'].includes(method) ? 'query' : 'body';
  const properties = propertiesOf(tool.parameters);
  for (const [argument, given] of Object.entries(parameters)) {
    const value = tool.encoding === 'json' ? exact(given, properties[argument]) : given;
    if (value === undefined || inTemplate.includes(argument)) continue;
    const place = Object.hasOwn(places, argument) ? places[argument]! : usual;
    const { in: at, name } = placeOf(place, argument);
    if (at === 'content') placed.content = value;
    else placed[at as 'query' | 'header' | 'body'].push([name, value]);
  }
  return placed;
}

function urlOf(template: string, parameters: Arguments): URL {
  const question = template.indexOf('?');
  const inQuery = (at: number) => question >= 0 && at > question;
  const text = template.replace(/\{([^{}]*)\}/g, (_, name: string, at: number) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined || value === null)
      throw new Error(`/${name} is missing: it is part of the address`);
    return inQuery(at) ? encoded(textOf(value, name), name) : segment(textOf(value, name), name);
  });
  const url = new URL(text);
  // What parsing an address takes away, or adds, nobody has checked.
  if (url.pathname !== pathOf(text)) throw new Error('the arguments lead to another address than the tool’s');
  return url;
}

/** One part of a path, and never another place. */
function segment(text: string, name: string): string {
  if (text === '') throw new Error(`/${name} must not be empty: it is part of the address`);
  let seen = text;
  // Servers and proxies on the way may decode it, some of them twice.
  for (let times = 0; times < 4; times++) {
    if (seen.split(/[/\\]/).some((part) => /^\.{1,2}$/.test(part.replace(/;.*$/s, '').trim())))
      throw new Error(`/${name} must not have "." or ".." as a part of a path`);
    const next = seen.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === seen) break;
    seen = next;
  }
  return encoded(text, name);
}

function encoded(text: string, name: string): string {
  if (/[\p{Surrogate}\p{Cc}]/u.test(text))
    throw new Error(`/${name} has characters that no address may have`);
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function bodyOf({ encoding }: HttpTool, { body, content }: Placed): string | null {
  if (content === undefined && body.length === 0) return null;
  if (encoding === 'json') return stringify(content ?? Object.fromEntries(body)) ?? null;
  const form = new URLSearchParams();
  const fields = content === undefined ? body : Object.entries(content as object);
  for (const [name, value] of fields) for (const text of texts(value, name)) form.append(name, text);
  return form.toString();
}

/** With the long numbers, which came as text, as the numbers that the schema says they are. */
function exact(value: unknown, schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return value;
  const { items, properties } = schema as Record<string, unknown>;
  if (isLongInteger(value)) return isOfNumber(schema) ? new LosslessNumber(value) : value;
  if (Array.isArray(value)) return value.map((item) => exact(item, items));
  if (typeof value !== 'object' || value === null || !properties) return value;
  const known = propertiesOf({ properties });
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, exact(inner, known[name])]));
}

/** Also where it may be something else, but no text. */
function isOfNumber(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, anyOf, oneOf } = schema as Record<string, unknown>;
  const types = [type].flat();
  if (types.includes('string')) return false;
  if (types.includes('integer') || types.includes('number')) return true;
  const several = anyOf ?? oneOf;
  return Array.isArray(several) && several.some(isOfNumber) && !several.some(isOfText);
}

function isOfText(schema: unknown): boolean {
  return (
    typeof schema === 'object' &&
    schema !== null &&
    [(schema as { type?: unknown }).type].flat().includes('string')
  );
}

/** A list is the same name several times. */
function texts(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.map((item) => textOf(item, name));
  if (typeof value === 'object' && value !== null && !isLosslessNumber(value))
    return [stringify(value) ?? ''];
  return value === null ? [] : [textOf(value, name)];
}

function textOf(value: unknown, name: string): string {
  if (isLosslessNumber(value)) return value.toString();
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return plainNumber(value);
  throw new Error(`/${name} must be a text or a number: it is part of the address or of a header`);
}

/** `1e+21` is no number to most servers. */
function plainNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function valid(name: string, value: string): string {
  if (isHeaderValue(value)) return value;
  throw new Error(`the header ${name} would have characters that no header may have`);
}

async function signed(
  { signature }: HttpTool,
  body: string,
  { idempotencyKey, resolve, now }: { idempotencyKey: string; resolve: Resolve; now: number },
): Promise<Record<string, string>> {
  if (!signature) return {};
  const secret = await secretOf(signature.secret, resolve);
  if (signature.type === 'hmac') {
    const digest = createHmac('sha256', secret).update(body).digest('hex');
    return { [signature.header.toLowerCase()]: `${signature.prefix}${digest}` };
  }
  const at = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${idempotencyKey}.${at}.${body}`).digest('base64');
  return { 'webhook-id': idempotencyKey, 'webhook-timestamp': at, 'webhook-signature': `v1,${digest}` };
}
