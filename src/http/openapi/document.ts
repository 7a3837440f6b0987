/** The hub's OpenAPI 3.1 document: of the table of routes, what operations say of themselves, and what connectors bring. */
import type { RouteAbout } from '../../connector/kit/route-about.js';
import type { Operation } from '../../operations/operation.js';
import { operations } from '../../operations/operations.js';
import { type Route, routes } from '../routes.js';
import { errorAnswers, errorSchema, errorsOf } from './answers.js';
import { exampleOf } from './example.js';
import { ownRoutes } from './own.js';
import { plain, type Schema, schemaOf, without } from './schema.js';

/** Plain JSON. */
export type OpenApi = { paths: Record<string, Record<string, Described>>; [part: string]: unknown };

interface Described {
  operationId: string;
  tags: string[];
  [part: string]: unknown;
}

const json = 'application/json';

let ofOperations: OpenApi['paths'] | undefined;

/** @param brought what connectors that run say of their routes. */
export function openApiDocument(brought: readonly RouteAbout[]): OpenApi {
  ofOperations ??= pathsOf(routes.map((route) => [route, carried(route)]));
  const others = [...ownRoutes, ...brought].map((about) => [about, described(about)] as const);
  const paths = { ...ofOperations };
  for (const [path, methods] of Object.entries(pathsOf(others))) paths[path] = { ...methods, ...paths[path] };
  const tags = [...new Set(Object.values(paths).flatMap((methods) => Object.values(methods)[0]?.tags ?? []))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carrier',
      version: '1',
      description:
        'Talk to agents, and manage the hub. Every request but the open ones carries a token of the hub as `Authorization: Bearer TOKEN`; what a token may not see is answered as if it did not exist.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
      responses: errorAnswers(),
    },
  };
}

function pathsOf(all: (readonly [Pick<Route, 'method' | 'path'>, Described])[]): OpenApi['paths'] {
  const paths: OpenApi['paths'] = {};
  const ids = new Set<string>();
  for (const [{ method, path }, about] of all) {
    const at = path.replace(/:(\w+)/g, '{$1}');
    // One operation may have several routes.
    const operationId = ids.has(about.operationId) ? `${about.operationId}.${at}` : about.operationId;
    ids.add(operationId);
    paths[at] = { ...paths[at], [method.toLowerCase()]: { ...about, operationId } };
  }
  return paths;
}

function carried({ method, path, operation: name, leaves = [], stream }: Route): Described {
  const operation = operations.find((known) => known.name === name) as Operation;
  const input = schemaOf(operation.input, 'input');
  const inPath = namesIn(path);
  const rest = without(input, [...inPath, ...leaves]);
  const given = (operation.example ?? {}) as Record<string, unknown>;
  const output = schemaOf(operation.output, 'output');
  const hasBody = method !== 'GET' && fieldsOf(rest).length > 0;
  const parameters = inPath.map((field) => parameter('path', field, fieldOf(input, field), given[field]));
  if (method === 'GET')
    for (const [field, schema] of Object.entries(rest.properties ?? {}))
      parameters.push(
        parameter('query', field, inQuery(schema), given[field], rest.required?.includes(field)),
      );
  return {
    ...headOf(name, operation.about),
    'x-permission': operation.permission,
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && {
      requestBody: bodyOf(rest, { ...(exampleOf(rest, false) as object), ...kept(given, rest) }),
    }),
    responses: {
      200: answerOf(operation.about, output, exampleOf(output, true), stream),
      ...errorsOf({ body: method !== 'GET', changes: !operation.reads || method !== 'GET' }),
    },
  };
}

function headOf(name: string, about: string) {
  return { operationId: name, tags: [name.split('.')[0]!], summary: about };
}

function bodyOf(schema: Schema, example: object): object {
  const required = (schema.required?.length ?? 0) > 0 || schema.anyOf !== undefined;
  return { required, content: { [json]: { schema, example } } };
}

function answerOf(description: string, schema: Schema, example: unknown, stream?: string): object {
  // Of what is too long for one answer, lines come as they are made (`lines.ts`).
  if (schema.properties?.lines)
    return {
      description,
      content: { 'application/x-ndjson': { schema: { type: 'string' }, example: '{"kind":"export"}\n' } },
    };
  const events = stream && { 'text/event-stream': { schema: { type: 'string' }, example: stream } };
  return { description, content: { [json]: { schema, example }, ...events } };
}

function parameter(
  place: 'path' | 'query' | 'header',
  name: string,
  schema: Schema,
  given: unknown,
  required = place === 'path',
) {
  const { description, ...rest } = schema;
  // An optional one is best left out, unless somebody wrote what to ask for.
  const example = given ?? (required ? exampleOf(schema, false, name) : undefined);
  return {
    name,
    in: place,
    required,
    ...(description !== undefined && { description }),
    schema: rest,
    ...(example !== undefined && { example }),
  };
}

/** A query has no objects. */
function inQuery(schema: Schema): Schema {
  const forms = schema.anyOf?.filter(({ type }) => type !== 'object');
  return forms?.length === 1 ? forms[0]! : schema;
}

/** What of an example has a place in this body. */
function kept(given: Record<string, unknown>, schema: Schema): object {
  const fields = fieldsOf(schema);
  return Object.fromEntries(Object.entries(given).filter(([name]) => fields.includes(name)));
}

function fieldsOf({ properties = {}, anyOf = [] }: Schema): string[] {
  return [...Object.keys(properties), ...anyOf.flatMap(fieldsOf)];
}

function fieldOf({ properties = {}, anyOf = [] }: Schema, name: string): Schema {
  return properties[name] ?? anyOf.map((form) => fieldOf(form, name))[0] ?? { type: 'string' };
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
}

function described(route: RouteAbout): Described {
  const { method, path, name, about, open, query = {}, headers = {}, body, answers, failures } = route;
  const asked = Object.entries(query).map(([field, { required, ...schema }]) =>
    parameter('query', field, schema as Schema, schema.example, required === true),
  );
  // The longest are names of rooms, with a user's id in them.
  const inPath = namesIn(path).map((field) =>
    parameter('path', field, { type: 'string', minLength: 1, maxLength: 288 }, undefined),
  );
  const inHeaders = Object.entries(headers).map(([field, schema]) =>
    parameter('header', field, schema as Schema, schema.example),
  );
  const parameters = [...inPath, ...asked, ...inHeaders];
  const errors = errorsOf(
    { body: method !== 'GET', changes: method !== 'GET', open: open === true },
    failures,
  );
  return {
    ...headOf(name, about),
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: withPlain(body) } }),
    responses: {
      ...errors,
      ...Object.fromEntries(Object.entries(answers).map(([status, one]) => [status, withPlainContent(one)])),
    },
  };
}

type Contents = NonNullable<RouteAbout['body']>;

function withPlain(contents: Contents): Contents {
  return Object.fromEntries(
    Object.entries(contents).map(([type, { schema, example }]) => [
      type,
      { schema: plain(schema as Schema), example },
    ]),
  );
}

function withPlainContent(answer: RouteAbout['answers'][number]): object {
  return { ...answer, ...(answer.content && { content: withPlain(answer.content) }) };
}
