/** OpenAPI 3.0 and 3.1: one tool per operation. Nothing that a document refers to elsewhere is fetched. */
import { createHash } from 'node:crypto';
import { yaml } from '../../core/yaml.js';
import { FatalError } from '../../errors.js';
import { isHeaderValue, reserved } from './headers.js';
import { PortableSchema } from './portable-schema.js';

type Json = Record<string, unknown>;

export interface Described {
  /** Not yet checked: what the document says. */
  tools: (Json & { name: string })[];
  /** Operations that no tool can be made of, and why. */
  skipped: { operation: string; problem: string }[];
}

export interface Origin {
  /** Where the API is, whatever the document says. */
  base?: string | undefined;
  /** Where the document was found. */
  url?: string | undefined;
  prefix?: string | undefined;
}

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof methods)[number];
const longestName = 64;

/** @param document as an object, or as text of JSON or YAML. @throws FatalError `invalid_field` */
export function toolsOf(document: unknown, origin: Origin): Described {
  const whole = readDocument(document);
  const described: Described = { tools: [], skipped: [] };
  const operations = operationsOf(whole, described);
  const names = namesOf(operations, origin.prefix ?? '');
  operations.forEach((operation, at) => {
    try {
      described.tools.push(toolOf(operation, names[at]!, whole, origin));
    } catch (error) {
      if (error instanceof FatalError) throw error;
      const { method, path } = operation;
      described.skipped.push({
        operation: `${method.toUpperCase()} ${path}`,
        problem: (error as Error).message,
      });
    }
  });
  return described;
}

function readDocument(document: unknown): Json {
  const refuse = (problem: string) => new FatalError('invalid_field', problem, { field: 'document' });
  let read = document;
  try {
    if (typeof document === 'string') read = yaml().parse(document, { maxAliasCount: 100 });
  } catch (error) {
    throw refuse(`The document is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!isObject(read) || !/^3\.[01]\./.test(String(read.openapi)))
    throw refuse('The document is not one of OpenAPI 3.0 or 3.1.');
  if (!isObject(read.paths)) throw refuse('The document has no paths.');
  return read;
}

interface Operation {
  method: Method;
  path: string;
  item: Json;
  said: Json;
}

/** Other keys of a path, such as `parameters` and `summary`, are no operations. */
function operationsOf(whole: Json, { skipped }: Pick<Described, 'skipped'>): Operation[] {
  return Object.entries(whole.paths as Json).flatMap(([path, found]) => {
    let item: unknown;
    try {
      item = resolved(whole, found);
    } catch (error) {
      skipped.push({ operation: path, problem: (error as Error).message });
    }
    if (!path.startsWith('/') || !isObject(item)) return [];
    return methods.flatMap((method) => {
      const said = item[method];
      return isObject(said) ? [{ method, path, item, said }] : [];
    });
  });
}

/** Of an operation alone, so that they are the same whatever else the document has. */
function namesOf(operations: Operation[], prefix: string): string[] {
  const wanted = operations.map(({ method, path, said: { operationId } }) => {
    const id = typeof operationId === 'string' ? clean(operationId) : '';
    return prefix + (id || clean(`${method}${path}`));
  });
  return wanted.map((name, at) => {
    const { method, path } = operations[at]!;
    if (name.length <= longestName && wanted.indexOf(name) === wanted.lastIndexOf(name)) return name;
    const hash = createHash('sha256').update(`${method} ${path}`).digest('hex').slice(0, 8);
    return `${name.slice(0, longestName - 9)}_${hash}`;
  });
}

const clean = (text: string) => text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');

function toolOf({ method, path, item, said }: Operation, name: string, whole: Json, origin: Origin) {
  const schemas = new PortableSchema(whole, (ref) => resolved(whole, { $ref: ref }));
  const properties: Json = {};
  const places: Json = {};
  const required = new Set<string>();
  for (const parameter of parametersOf(whole, item, said)) {
    const { in: at, name: own } = parameter;
    const isNeeded = at === 'path' || parameter.required === true;
    // What the hub sends by itself, or whoever registers the tool says.
    if (at === 'header' && /^(accept|content-type|authorization|idempotency-key)$/i.test(own)) continue;
    const problem = placeProblem(parameter);
    if (problem && isNeeded) throw new Error(`its parameter "${own}" ${problem}`);
    if (problem) continue;
    const argument = Object.hasOwn(properties, own) ? `${at}_${own}` : own;
    properties[argument] = schemas.of(schemaOfParameter(parameter), parameter.description);
    if (isNeeded) required.add(argument);
    if (at !== 'path') places[argument] = { in: at, name: own };
  }
  for (const [, own = ''] of path.matchAll(/\{([^{}]*)\}/g))
    if (!Object.hasOwn(properties, own) || places[own]) {
      properties[own] = { type: 'string' };
      delete places[own];
      required.add(own);
    }
  const body = bodyOf(whole, said);
  if (body) {
    const argument = Object.hasOwn(properties, 'body') ? 'request_body' : 'body';
    properties[argument] = schemas.of(body.schema, body.description);
    places[argument] = 'content';
    if (body.required) required.add(argument);
  }
  const defs = schemas.defs;
  return {
    ...{ name, description: descriptionOf(method, path, item, said) },
    parameters: {
      ...{ type: 'object', properties, required: [...required], additionalProperties: false },
      ...(defs && { $defs: defs }),
    },
    ...{ method: method.toUpperCase(), url: addressOf(path, [said, item, whole], origin), places },
    ...(body?.encoding === 'form' && { encoding: 'form' }),
    hints: {
      ...((method === 'get' || method === 'head') && { readOnly: true, destructive: false }),
      ...((method === 'put' || method === 'delete') && { idempotent: true }),
    },
  };
}

interface Parameter extends Json {
  in: string;
  name: string;
}

/** Those of an operation replace those of its path. */
function parametersOf(whole: Json, item: Json, said: Json): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const list of [item.parameters, said.parameters])
    for (const one of Array.isArray(list) ? list : []) {
      const parameter = resolved(whole, one);
      if (!isObject(parameter) || typeof parameter.in !== 'string' || typeof parameter.name !== 'string')
        throw new Error('it has a parameter without name or place');
      found.set(`${parameter.in} ${parameter.name}`, parameter as Parameter);
    }
  // The path's come first, so that they keep their names.
  return [...found.values()].sort((a, b) => Number(b.in === 'path') - Number(a.in === 'path'));
}

function placeProblem({ in: at, name, style }: Parameter): string | null {
  if (!['path', 'query', 'header'].includes(at)) return `goes to ${at}, which the hub does not send`;
  if (at === 'header' && (reserved.test(name) || !isHeaderValue(name)))
    return 'is a header that the hub sets';
  return style === 'deepObject' ? 'has the style deepObject' : null;
}

function schemaOfParameter({ in: at, schema, content, explode, style }: Parameter): unknown {
  const [media] = isObject(content) ? Object.values(content) : [];
  const said = schema ?? (isObject(media) ? media.schema : undefined) ?? { type: 'string' };
  const isList = isObject(said) && said.type === 'array';
  const isJoined = at !== 'query' || explode === false || (style !== undefined && style !== 'form');
  return isList && isJoined ? { type: 'string', description: 'Several values, joined by commas.' } : said;
}

function bodyOf(whole: Json, { requestBody }: Json) {
  const body = resolved(whole, requestBody);
  if (!isObject(body) || !isObject(body.content)) return null;
  const types = Object.keys(body.content);
  const type =
    types.find((one) => /^application\/(.+\+)?json\b/i.test(one)) ??
    types.find((one) => /^application\/x-www-form-urlencoded\b/i.test(one)) ??
    (types.includes('*/*') ? '*/*' : undefined);
  if (type === undefined && body.required !== true) return null;
  if (type === undefined)
    throw new Error(`its body is ${types.join(' or ') || 'of no type'}, which the hub does not send`);
  const media = body.content[type];
  return {
    schema: (isObject(media) && media.schema) || {},
    description: body.description,
    required: body.required === true,
    encoding: /form/i.test(type) ? 'form' : 'json',
  };
}

function descriptionOf(method: Method, path: string, item: Json, said: Json): string {
  const texts = [said.summary ?? item.summary, said.description ?? item.description];
  const words = texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  return [...new Set(words), `${method.toUpperCase()} ${path}`].join('\n').slice(0, 2000);
}

/** The nearest that names a server does so. @throws FatalError where nobody says where the API is */
function addressOf(path: string, levels: Json[], { base, url }: Origin): string {
  const servers = levels.map(({ servers }) => (Array.isArray(servers) ? servers[0] : undefined));
  const server = servers.find((one) => isObject(one) && typeof one.url === 'string') as Json | undefined;
  const variables = isObject(server?.variables) ? server.variables : {};
  const said = String(server?.url ?? '/').replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const variable = variables[name];
    return isObject(variable) ? String(variable.default ?? '') : '';
  });
  const from = base ?? said;
  if (!URL.canParse(from, url))
    throw new FatalError('invalid_field', 'The document does not say where its API is: give "base".', {
      field: 'base',
    });
  const { origin, pathname } = new URL(from, url);
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}

/** What it refers to, within the document. @throws Error for what is elsewhere, or not there */
function resolved(whole: Json, value: unknown): unknown {
  let found = value;
  for (let steps = 0; isObject(found) && typeof found.$ref === 'string'; steps++) {
    const { $ref } = found;
    if (!$ref.startsWith('#/') || steps > 20)
      throw new Error(`it refers to ${$ref.slice(0, 200)}, which is not in the document`);
    found = whole;
    for (const part of $ref.slice(2).split('/')) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      found =
        (isObject(found) || Array.isArray(found)) && Object.hasOwn(found, key)
          ? (found as Json)[key]
          : undefined;
    }
    if (found === undefined)
      throw new Error(`it refers to ${$ref.slice(0, 200)}, which is not in the document`);
  }
  return found;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
