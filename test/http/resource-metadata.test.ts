/** Clients that find out by themselves where people sign in: RFC 9728, as the official MCP client reads it. */

import { request } from 'node:http';
import {
  Client,
  ClientCredentialsProvider,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { freePort } from '../support/redis.js';
import { IdentityProvider } from './identity-provider.js';

const home = new Home();
const bare = new Home();
let provider: IdentityProvider;
let url: string;

beforeAll(async () => {
  home.character('assistant', { name: 'Ada', bio: '.', connectors: { webchat: {} } });
  provider = await new IdentityProvider().start();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await home.hub(
    {},
    {
      ...{ CARRIER_PORT: String(port), CARRIER_JWT_ISSUER: provider.url },
      CARRIER_JWT_AUDIENCE: `carrier, ${url}/mcp`,
    },
  );
}, 60_000);
afterAll(async () => {
  await home.dispose();
  await bare.dispose();
  await provider.stop();
});

const wellKnown = '/.well-known/oauth-protected-resource';
const metadataOf = async (path: string, headers: Record<string, string> = {}, from = url) => {
  const response = await fetch(from + path, { headers });
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
};

describe('[governed.27] an MCP client that has no token', () => {
  it('is told where to sign in, gets a token for this server there, and calls tools', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const authProvider = new ClientCredentialsProvider({
      ...{ clientId: 'desk', clientSecret: 'desk secret', expectedIssuer: provider.url },
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { authProvider }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('ask_agent');
    expect(provider.resources).toEqual([`${url}/mcp`]);
    await client.close();
  });

  it('with one for another service is refused, and told the same', async () => {
    for (const authorization of [undefined, `Bearer ${await provider.sign({ aud: `${url}/other` })}`]) {
      const response = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      });
      expect(response.status).toBe(401);
      const told = extractWWWAuthenticateParams(response);
      expect(told.resourceMetadataUrl?.href).toBe(`${url}${wellKnown}/mcp`);
      expect(told.error).toBe(authorization && 'invalid_token');
    }
  });
});

describe('a client whose Host names no place', () => {
  const asking = (path: string, host: string) =>
    new Promise<{ status: number | undefined; challenge: string | undefined; body: string }>(
      (resolve, reject) => {
        request(url + path, { headers: { host, authorization: 'Bearer of-nobody' } }, (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (part) => (body += part));
          const { statusCode: status, headers } = answer;
          answer.on('end', () => resolve({ status, challenge: headers['www-authenticate'], body }));
        })
          .once('error', reject)
          .end();
      },
    );

  it('is refused as others are, and told of no metadata', async () => {
    for (const host of ['[', 'a"b', 'a, b'])
      for (const path of ['/mcp', '/rooms', '/webchat/assistant/messages'])
        expect(await asking(path, host), `${path} of ${host}`).toMatchObject({
          ...{ status: 401, challenge: 'Bearer error="invalid_token"' },
          body: expect.stringMatching(/^\{/),
        });
    expect(await asking(wellKnown, '[')).toMatchObject({
      status: 400,
      body: expect.stringContaining('Host'),
    });
  });
});

describe('the metadata', () => {
  it('names the resource as it was asked for, and who signs in', async () => {
    const found = await discoverOAuthProtectedResourceMetadata(`${url}/mcp`);
    expect(found).toMatchObject({ resource: `${url}/mcp`, authorization_servers: [provider.url] });
    for (const [path, resource] of Object.entries({ '': '/', '/': '/', '/v1': '/v1', '/mcp/': '/mcp' }))
      expect(await metadataOf(wellKnown + path)).toMatchObject({ status: 200, resource: url + resource });
    expect((await metadataOf(`${wellKnown}/rooms`)).status).toBe(404);
    const other = await fetch(`${url}/rooms`);
    expect(extractWWWAuthenticateParams(other).resourceMetadataUrl?.href).toBe(url + wellKnown);
    const chat = await fetch(`${url}/v1/models`);
    expect(extractWWWAuthenticateParams(chat).resourceMetadataUrl?.href).toBe(`${url}${wellKnown}/v1`);
  });

  it('may be read by pages of any origin, and no cache keeps it', async () => {
    const { headers } = await metadataOf(wellKnown, { origin: 'https://inspector.example' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cache-control')).toBe('no-store');
    const asked = {
      ...{ origin: 'https://inspector.example', 'access-control-request-method': 'GET' },
      'access-control-request-headers': 'mcp-protocol-version',
    };
    const preflight = await fetch(`${url}${wellKnown}/mcp`, { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'mcp-protocol-version',
    ]);
    const posted = await fetch(url + wellKnown, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is of the address that people use, whatever a client says of itself; without a provider there is none', async () => {
    const hub = await bare.hub(
      {},
      { CARRIER_JWT_ISSUER: provider.url, CARRIER_PUBLIC_URL: 'https://chat.example/carrier' },
    );
    const refused = await fetch(`${hub.url}/mcp`, { method: 'POST', headers: { host: 'evil.example' } });
    expect(extractWWWAuthenticateParams(refused).resourceMetadataUrl?.href).toBe(
      `https://chat.example/carrier${wellKnown}/mcp`,
    );
    expect(await metadataOf(`${wellKnown}/mcp`, {}, hub.url)).toMatchObject({
      resource: 'https://chat.example/carrier/mcp',
    });
    await hub.stop();
    const without = await bare.hub();
    expect((await metadataOf(wellKnown, {}, without.url)).status).toBe(404);
    const bearer = await fetch(`${without.url}/mcp`, { method: 'POST' });
    expect(bearer.headers.get('www-authenticate')).toBe('Bearer');
  });
});
