import { describe, expect, it } from 'vitest';
import { HttpTool } from '../../../src/tools/http/definition.js';
import { toolsOf } from '../../../src/tools/http/openapi.js';
import { schemaOf } from '../../../src/tools/schema.js';

const servers = [{ url: 'https://crm.example/api/' }];
const document = (paths: object, more: object = {}) => ({
  ...{ openapi: '3.0.3', info: { title: 'CRM', version: '1' }, servers, paths },
  ...more,
});
/** Each is checked as one that is registered. */
function made(paths: object, more: object = {}, origin: Parameters<typeof toolsOf>[1] = {}) {
  const { tools, skipped } = toolsOf(document(paths, more), origin);
  return { tools: tools.map((tool) => HttpTool.parse({ ...tool, agents: ['*'] })), skipped };
}
const one = (operation: object, more: object = {}, openapi = '3.0.3') =>
  made({ '/x': { post: { operationId: 'x', ...operation } } }, { openapi, ...more }).tools[0]!;
const body = (schema: object, more: object = {}) => ({
  requestBody: { required: true, content: { 'application/json': { schema } }, ...more },
});
const check = ({ parameters }: HttpTool, value: unknown) => schemaOf(parameters).problem(value);

describe('an OpenAPI document', () => {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
  const crm = {
    '/customers/{id}': {
      summary: 'A customer',
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: { operationId: '' },
      put: {
        operationId: 'save',
        ...body({ allOf: [{ $ref: '#/components/schemas/Name' }, { $ref: '#/components/schemas/Mail' }] }),
      },
      delete: { operationId: 'save' },
      patch: {},
    },
  };
  const components = {
    parameters: { id },
    schemas: {
      Name: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      Mail: { type: 'object', required: ['mail'], properties: { mail: { type: 'string' } } },
    },
  };

  it('[act.17] gives one tool per operation, with what its path shares, and names that are distinct', () => {
    const { tools, skipped } = made(crm, { components });
    expect(skipped).toEqual([]);
    expect(tools.map(({ method, url }) => `${method} ${url}`)).toEqual([
      ...['GET', 'PUT', 'PATCH', 'DELETE'].map(
        (method) => `${method} https://crm.example/api/customers/{id}`,
      ),
    ]);
    const names = tools.map(({ name }) => name);
    expect(names).toEqual([
      ...['get_customers_id', expect.stringMatching(/^save_[0-9a-f]{8}$/), 'patch_customers_id'],
      expect.stringMatching(/^save_[0-9a-f]{8}$/),
    ]);
    expect(new Set(names).size).toBe(4);
    for (const { parameters, description } of tools) {
      expect(parameters.required).toContain('id');
      expect(description).toMatch(/^A customer\n/);
    }
    const save = tools[1]!;
    expect(check(save, { id: 1, body: { name: 'a', mail: 'b' } })).toBeNull();
    expect(check(save, { id: 1, body: { name: 'a' } })).toContain("'mail'");
    expect(check(save, { id: 1, body: { mail: 'a' } })).toContain("'name'");
    expect(check(save, { body: { name: 'a', mail: 'b' } })).toContain("'id'");
  });

  it('[act.17] gives the same names the next time, whatever else is in it by then, in whatever order', () => {
    const names = (paths: object) =>
      made(paths, { components }).tools.map(({ name, method }) => `${method} ${name}`);
    const { '/customers/{id}': path } = crm;
    const turned = Object.fromEntries(Object.entries(path).reverse());
    const later = names({ '/orders': { get: { operationId: 'orders' } }, '/customers/{id}': turned });
    expect(later.filter((name) => !name.endsWith(' orders')).sort()).toEqual(names(crm).sort());
  });

  it.each(['./paths/orders.yaml', '#/paths/~1orders', '#/paths/~1nothing'])(
    '[act.17] does without a path that refers to %s, and says so',
    ($ref) => {
      const { tools, skipped } = made({ '/orders': { $ref }, '/x': { get: { operationId: 'x' } } });
      expect(tools.map(({ name }) => name)).toEqual(['x']);
      expect(skipped).toEqual([{ operation: '/orders', problem: expect.stringContaining($ref) }]);
    },
  );

  it('[act.17] leaves to the hub what the hub sends, also where it must be sent', () => {
    const header = { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } };
    expect(one({ parameters: [header] }).parameters).toMatchObject({ properties: {}, required: [] });
  });

  it('[act.17] cuts long names, and keeps them apart', () => {
    const long = 'synchronize_all_customer_data_across_all_systems_of_the_enterprise_';
    const { tools } = made({
      '/a': {
        get: { operationId: `${long}v1` },
        post: { operationId: `${long}v2` },
        put: { operationId: 'é/ü' },
      },
    });
    expect(new Set(tools.map(({ name }) => name)).size).toBe(3);
    expect(tools.every(({ name }) => /^[A-Za-z0-9_-]{1,64}$/.test(name))).toBe(true);
  });

  it('[act.17] says where its API is, or whoever gives it does', () => {
    const paths = { '/x': { get: { operationId: 'x' } } };
    const urls = (more: object, origin: Parameters<typeof toolsOf>[1] = {}) =>
      made(paths, more, origin).tools.map(({ url }) => url);
    expect(urls({})).toEqual(['https://crm.example/api/x']);
    expect(urls({}, { base: 'https://other.example/v2/' })).toEqual(['https://other.example/v2/x']);
    const url = 'https://docs.example/specs/crm.json';
    expect(urls({ servers: undefined }, { url })).toEqual(['https://docs.example/x']);
    expect(urls({ servers: [] }, { url })).toEqual(['https://docs.example/x']);
    expect(urls({ servers: [{ url: '/v3' }] }, { url })).toEqual(['https://docs.example/v3/x']);
    const variables = { region: { default: 'eu' } };
    expect(urls({ servers: [{ url: 'https://{region}.crm.example', variables }] })).toEqual([
      'https://eu.crm.example/x',
    ]);
    for (const none of [undefined, [], [{ url: '/v3' }]])
      expect(() => urls({ servers: none })).toThrow(/give "base"/);
  });

  it('gives parameters their places, those of an operation before those of its path', () => {
    const { tools } = made({
      '/x/{id}': {
        parameters: [id, { name: 'q', in: 'query', schema: { type: 'string' } }],
        get: {
          operationId: 'x',
          parameters: [
            { name: 'q', in: 'query', required: true, schema: { type: 'integer' } },
            { name: 'id', in: 'query', schema: { type: 'string' } },
            { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
            { name: 'Authorization', in: 'header', required: true, schema: { type: 'string' } },
            { name: 'session', in: 'cookie', schema: { type: 'string' } },
            {
              name: 'tags',
              in: 'query',
              explode: false,
              schema: { type: 'array', items: { type: 'string' } },
            },
          ],
        },
      },
    });
    const [{ parameters, places }] = tools as [HttpTool];
    expect(Object.keys(parameters.properties as object)).toEqual(['id', 'q', 'query_id', 'X-Trace', 'tags']);
    expect(parameters.required).toEqual(['id', 'q']);
    expect(places).toMatchObject({
      query_id: { in: 'query', name: 'id' },
      'X-Trace': { in: 'header', name: 'X-Trace' },
    });
    expect(check(tools[0]!, { id: 1, q: 'text' })).toContain('/q must be integer');
  });

  it('may have schemas that refer to themselves, and what 3.0 writes otherwise', () => {
    const Node = {
      type: 'object',
      properties: {
        next: { $ref: '#/components/schemas/Node' },
        n: { type: 'integer', minimum: 0, exclusiveMinimum: true, nullable: true },
        kind: { type: 'string', enum: ['a'], nullable: true },
      },
    };
    const tool = one(body({ $ref: '#/components/schemas/Node' }), { components: { schemas: { Node } } });
    expect(check(tool, { body: { next: { next: { n: 1 } } } })).toBeNull();
    expect(check(tool, { body: { next: { next: { n: 0 } } } })).toContain('/body/next/next/n');
    expect(check(tool, { body: { n: null, kind: null } })).toBeNull();
  });

  it('may be of 3.1, or text of YAML', () => {
    const tool = one(
      body({ type: ['object', 'null'], properties: { at: { prefixItems: [{ type: 'string' }] } } }),
      {},
      '3.1.0',
    );
    expect(check(tool, { body: { at: [1] } })).toContain('/body/at/0');
    const yaml =
      'openapi: 3.1.0\nservers: [{url: "https://a.example"}]\npaths:\n  /x:\n    get: {operationId: x}\n';
    expect(toolsOf(yaml, {}).tools.map(({ name }) => name)).toEqual(['x']);
  });

  it('is skipped where no tool can be made of it, which is said, and the others are made', () => {
    const { tools, skipped } = made({
      '/good': { get: { operationId: 'good' } },
      '/form': {
        post: { ...body({}), requestBody: { required: true, content: { 'multipart/form-data': {} } } },
      },
      '/far': { post: body({ $ref: 'http://127.0.0.1:1/x.json' }) },
      '/file': { post: body({ $ref: 'file:///etc/passwd' }) },
      '/gone': { post: body({ $ref: '#/components/schemas/Gone' }) },
      '/proto': { post: body({ $ref: '#/__proto__/x' }) },
      '/cookie': { get: { parameters: [{ name: 's', in: 'cookie', required: true }] } },
      'x-other': {},
    });
    expect(tools.map(({ name }) => name)).toEqual(['good']);
    expect(skipped.map(({ operation, problem }) => `${operation}: ${problem}`)).toEqual([
      'POST /form: its body is multipart/form-data, which the hub does not send',
      'POST /far: it refers to http://127.0.0.1:1/x.json, which is not in the document',
      'POST /file: it refers to file:///etc/passwd, which is not in the document',
      'POST /gone: it refers to #/components/schemas/Gone, which is not in the document',
      'POST /proto: it refers to #/__proto__/x, which is not in the document',
      'GET /cookie: its parameter "s" goes to cookie, which the hub does not send',
    ]);
  });

  it('does not grow without end by what it refers to', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => {
        const next = { $ref: `#/components/schemas/L${i + 1}` };
        return [`L${i}`, { type: 'object', properties: { a: next, b: next, c: next } }];
      }),
    );
    const tool = one(body({ $ref: '#/components/schemas/L0' }), {
      components: { schemas: { ...schemas, L50: {} } },
    });
    expect(JSON.stringify(tool).length).toBeLessThan(20_000);
  });

  it.each([[{}], ['no: [yaml'], [{ swagger: '2.0', paths: {} }], [{ openapi: '3.0.0' }], ['[]'], ['']])(
    'is refused where it is none: %j',
    (wrong) => {
      expect(() => toolsOf(wrong, {})).toThrow(/document/i);
    },
  );
});
