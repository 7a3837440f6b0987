/** An OpenAPI document is imported into a hub that runs, by hand and by its address. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { ask } from '../support/tokens.js';
import { OtherSide } from '../tools/http/other-side.js';

describe('an OpenAPI document', () => {
  let home: Home;
  let side: OtherSide;
  let api: (method: string, path: string, body?: object) => ReturnType<typeof ask>;
  let document: { openapi: string; paths: Record<string, object> };
  beforeEach(async () => {
    home = new Home();
    side = await new OtherSide().start();
    document = {
      openapi: '3.1.0',
      paths: {
        '/customers/{id}': { get: { operationId: 'customer' }, put: { operationId: 'save' } },
        '/upload': { post: { requestBody: { required: true, content: { 'image/png': {} } } } },
      },
    };
    side.answers['/specs/crm.json'] = (_, response) => response.end(JSON.stringify(document));
    const hub = await home.hub();
    api = (method, path, body) => ask(hub.url, hub.token.secret, [method, path], body);
  });
  afterEach(async () => {
    side.stop();
    await home.dispose();
  });

  const given = (more: object = {}) => ({ agents: ['*'], allowPrivate: true, ...more });
  const tools = async () =>
    (await api('GET', '/tools')).body.tools.map(
      ({ tool, version }: { tool: { name: string; url: string }; version: number }) =>
        `${tool.name} ${tool.url} ${version}`,
    );

  it('[act.17] is fetched, and what it gives stands where it was found; the next time only what is other changes', async () => {
    const wanted = given({ url: `${side.origin}/specs/crm.json`, prefix: 'crm_' });
    expect((await api('POST', '/tools/import', wanted)).body).toEqual({
      ...{ added: ['crm_customer', 'crm_save'], changed: [], unchanged: [] },
      skipped: [{ operation: 'POST /upload', problem: 'its body is image/png, which the hub does not send' }],
    });
    const url = `${side.origin}/customers/{id}`;
    expect(await tools()).toEqual([`crm_customer ${url} 1`, `crm_save ${url} 1`]);
    document.paths['/customers/{id}'] = {
      get: { operationId: 'customer' },
      put: { operationId: 'save', summary: 'New' },
    };
    expect((await api('POST', '/tools/import', wanted)).body).toMatchObject({
      ...{ added: [], changed: ['crm_save'], unchanged: ['crm_customer'] },
    });
    expect(await tools()).toEqual([`crm_customer ${url} 1`, `crm_save ${url} 2`]);
  });

  it('[act.17] that names no server is a question where it was posted', async () => {
    const { status, body } = await api('POST', '/tools/import', given({ document }));
    expect([status, body.error.field]).toEqual([422, 'base']);
    const base = side.origin;
    expect(
      (await api('POST', '/tools/import', given({ document, base, only: ['save'] }))).body,
    ).toMatchObject({
      ...{ added: ['save'], skipped: [] },
    });
  });

  it('takes over no tool that calls another server', async () => {
    const other = { name: 'save', description: 'x', url: 'https://other.example/', agents: ['*'] };
    await api('POST', '/tools', other);
    const { body } = await api(
      'POST',
      '/tools/import',
      given({ document, base: side.origin, only: ['save'] }),
    );
    expect(body).toMatchObject({ added: [], changed: [], skipped: [{ operation: 'save' }] });
    expect(await tools()).toEqual(['save https://other.example/ 1']);
  });

  it('[act.15] is fetched from no address that a tool may not ask, and not from a file', async () => {
    const url = `${side.origin}/specs/crm.json`;
    for (const wanted of [{ url }, { url: 'file:///etc/passwd' }, { url: 'http://169.254.169.254/x' }])
      expect(await api('POST', '/tools/import', { agents: ['*'], ...wanted })).toMatchObject({
        ...{ status: 422, body: { error: { field: 'url' } } },
      });
    expect(side.received).toEqual([]);
    expect((await api('POST', '/tools/import', { agents: ['*'] })).body.error.field).toBe('document');
  });

  it('may be large', async () => {
    for (let i = 0; i < 2000; i++) document.paths[`/more/${i}`] = { get: { description: 'x'.repeat(1000) } };
    const { body } = await api('POST', '/tools/import', given({ document, base: side.origin }));
    expect(body.error).toMatchObject({ field: 'only' });
    expect(
      (await api('POST', '/tools/import', given({ document, base: side.origin, only: ['get_more_7'] }))).body
        .added,
    ).toEqual(['get_more_7']);
  });
});
