/** An HTTP tool as people register it: what is called, where each argument goes, and who is offered it. */
import { z } from 'zod';
import { AgentId } from '../../core/character.js';
import { isPublicHost } from '../../core/public-host.js';
import { redact } from '../../redaction.js';
import { schemaOf } from '../schema.js';
import { headerProblem, secretWithin } from './headers.js';

export const ToolName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be letters, digits, "_" and "-", at most 64 characters');

const Reference = z.string().regex(secretWithin.whole, 'must be secret:NAME or env:TOOL_NAME');

/** Where an argument goes, and under which name if not its own. `content`: it is the whole body. */
const Place = z.union([
  z.enum(['path', 'query', 'header', 'body', 'content']),
  z.strictObject({
    in: z.enum(['query', 'header', 'body']),
    name: z.string().min(1).max(200),
  }),
]);

const shape = {
  name: ToolName,
  /** For the model: what it does and when to use it. */
  description: z.string().trim().min(1).max(4000),
  /** JSON Schema of the arguments. */
  parameters: z.record(z.string(), z.unknown()).default(() => ({ type: 'object', properties: {} })),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  /** `https://crm.example.com/v1/customers/{id}`: a placeholder is an argument. */
  url: z.string().min(1).max(4000),
  /** Arguments that are no placeholders go to the query of GET, HEAD and DELETE, and else to the body. */
  places: z.record(z.string(), Place).default({}),
  /** How a body is written. */
  encoding: z.enum(['json', 'form']).default('json'),
  /** Sent with each call; `{secret:NAME}` and `{env:TOOL_NAME}` in them are filled in then. */
  headers: z.record(z.string(), z.string().max(4000)).default({}),
  /** Proves to the other side who calls. */
  signature: z
    .strictObject({
      /** `standard`: standardwebhooks.com; `hmac`: HMAC-SHA256 of the body, in hex. */
      type: z.enum(['standard', 'hmac']),
      secret: Reference,
      header: z.string().default('x-signature'),
      prefix: z.string().max(50).default('sha256='),
    })
    .optional(),
  timeoutMs: z.number().int().min(100).max(300_000).default(30_000),
  /** Most bytes of an answer that are read; of longer text the beginning is told. */
  maxBytes: z.number().int().min(100).max(10_000_000).default(200_000),
  /** Taken as true: whoever registers a tool vouches for it. What is absent counts as the worst. */
  hints: z
    .strictObject({
      readOnly: z.boolean().optional(),
      destructive: z.boolean().optional(),
      idempotent: z.boolean().optional(),
      openWorld: z.boolean().optional(),
    })
    .default({}),
  /** Who is offered it: ids, or `*` for all. */
  agents: z.array(z.union([z.literal('*'), AgentId])).max(1000),
  /** Whether its addresses may be of this machine or its network. */
  allowPrivate: z.boolean().default(false),
};

export const HttpTool = z.strictObject(shape).superRefine((tool, { addIssue }) => {
  const { parameters, headers, signature, places } = tool;
  const refuse = (path: PropertyKey[], message: string) => addIssue({ code: 'custom', path, message });
  try {
    schemaOf(parameters);
  } catch (error) {
    refuse(['parameters'], (error as Error).message);
  }
  for (const problem of urlProblems(tool)) refuse(['url'], problem);
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem) refuse(['headers', name], problem);
  }
  if (signature?.type === 'hmac') {
    const problem = headerProblem(signature.header, secretWithin.sample);
    if (problem) refuse(['signature', 'header'], problem);
  }
  const known = Object.keys(propertiesOf(parameters));
  for (const [argument, place] of Object.entries(places)) {
    const { in: at, name } = placeOf(place, argument);
    const problem = !known.includes(argument)
      ? 'is no property of the parameters'
      : at === 'path' && !placeholdersIn(tool.url).includes(argument)
        ? `is not in the url: write {${argument}} there`
        : at === 'header'
          ? (headerProblem(name, secretWithin.sample) ?? taken(name, headers))
          : null;
    if (problem) refuse(['places', argument], problem);
  }
});
export type HttpTool = z.output<typeof HttpTool>;

/** As it lies in the store: newer versions may have more. */
export const StoredHttpTool = z.looseObject({ tool: z.looseObject(shape), changedAt: z.number() });

export function placeOf(place: z.output<typeof Place>, argument: string): { in: string; name: string } {
  return typeof place === 'string' ? { in: place, name: argument } : place;
}

const placeholder = /\{([^{}]*)\}/g;

/** As it is written there. */
export function pathOf(url: string): string {
  return /^https?:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] || '/';
}

/** Names of arguments in the template, in order. */
export function placeholdersIn(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name);
}

export function propertiesOf(parameters: Record<string, unknown>): Record<string, unknown> {
  const { properties } = parameters;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function urlProblems({ url, parameters, allowPrivate }: z.output<z.ZodObject<typeof shape>>): string[] {
  const [origin = ''] = /^[a-z]+:\/\/[^/?#]*/i.exec(url) ?? [];
  if (/[{}]/.test(origin)) return ['must have no placeholder before its path: arguments choose no host'];
  const plain = url.replace(placeholder, 'x');
  if (!/^https?:\/\//i.test(url) || !URL.canParse(plain)) return ['must begin with http:// or https://'];
  if (/[{}]/.test(plain)) return ['has a brace that is no placeholder; write %7B or %7D'];
  const { username, password, hash, hostname, pathname } = new URL(plain);
  if (username || password) return ['must not contain a user name or password; use headers'];
  if (pathname !== pathOf(plain))
    return ['must have its path as it is sent: percent-encoded, and without "." and ".."'];
  if (hash) return ['must not have a "#"'];
  if (redact(plain) !== plain) return ['has a secret in it; keep it (carrier secrets set) and use headers'];
  if (!allowPrivate && !isPublicHost(hostname))
    return ['points to an address that is not public; "allowPrivate": true allows that'];
  const known = Object.keys(propertiesOf(parameters));
  return placeholdersIn(url)
    .filter((name) => !known.includes(name))
    .map((name) => `has {${name}}, which is no property of the parameters`);
}

function taken(name: string, headers: Record<string, string>): string | null {
  const same = Object.keys(headers).some((one) => one.toLowerCase() === name.toLowerCase());
  return same ? `the header ${name} is in "headers" already` : null;
}
