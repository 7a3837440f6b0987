import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpStub, send } from '../../servers/mcp/http-stub.js';
import { TestSources, until } from '../../servers/mcp/source.js';

let server: HttpStub;
let sources: TestSources;
beforeEach(async () => {
  server = new HttpStub();
  await server.start();
});
afterEach(async () => {
  await sources?.close();
  await server.stop();
});

async function open(more: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  sources = await TestSources.open({ stub: { type: 'mcp', url: server.url, ...more } }, { env });
}

describe('a server at an address', () => {
  it('is asked with its own headers, and secrets among them', async () => {
    const env = { STUB_TOKEN: 'Bearer of-good-news-1' };
    await open({ headers: { 'x-team': 'blue' }, secretHeaders: { authorization: 'env:STUB_TOKEN' } }, env);
    expect(await sources.names()).toEqual(['old']);
    expect(await sources.call('old')).toEqual({ text: 'old was called' });
    for (const { headers } of server.asked)
      expect(headers).toMatchObject({ 'x-team': 'blue', authorization: 'Bearer of-good-news-1' });
    expect(await sources.findings()).toContain('ok the server answers: http-stub 1, revision 2025-11-25');
  });

  it('that is not there, wants a key or is none is told of in words, with the setting to look at', async () => {
    const found = async () => (await sources.findings())[0];
    server.before = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":"world"}');
      return true;
    };
    await open();
    expect(await found()).toMatch(/It is away: what answers there does not speak the protocol.* url\.$/);
    await sources.close();
    server.before = (_, response) => {
      response.writeHead(401).end();
      return true;
    };
    await open();
    expect(await found()).toMatch(/wants other credentials \(HTTP 401\): see secretHeaders/);
    await sources.close();
    const { url } = server;
    await server.stop();
    await open({ url });
    expect(await found()).toMatch(
      /nothing can be reached there \((ECONNREFUSED|UND_ERR_SOCKET)\): see its url/,
    );
  });

  it('[act.2] that forgot the session is greeted anew once, its tools are read again, and the call is answered', async () => {
    await open();
    server.tools = ['old', 'both'];
    expect(await sources.names()).toEqual(['old', 'both']);
    server.forget();
    server.tools = ['both', 'new'];
    const calls = [sources.call('both'), sources.call('both')];
    expect(await Promise.all(calls)).toEqual([{ text: 'both was called' }, { text: 'both was called' }]);
    expect(server.handshakes).toBe(2);
    expect(await sources.names()).toEqual(['both', 'new']);
    // A tool that went away with the old session is not asked for.
    await expect(sources.call('old')).rejects.toThrow('has no tool "old" now');
  });

  it('[act.2] that forgets every session is asked twice, and no more', async () => {
    await open();
    await sources.tools();
    server.before = ({ method }, response) => {
      if (method !== 'tools/call') return false;
      response.writeHead(404).end();
      return true;
    };
    await expect(sources.call('old')).rejects.toThrow('404');
    expect(server.calls).toBe(2);
  });

  it('that was started anew is found again before it is called, with what it has now', async () => {
    await open();
    await sources.tools();
    await server.stop();
    server.tools = ['new'];
    // Whether it was read before the connection broke, nobody knows.
    const lost = await sources.call('old').catch(() => ({ unknown: true }));
    expect(lost.unknown).toBe(true);
    await server.start();
    await until(async () => (await sources.names()).includes('new'));
    expect(await sources.call('new')).toEqual({ text: 'new was called' });
  });

  it.each([
    ['a call', 'json'],
    ['a stream that answers one', 'stream'],
  ])('[act.6] that breaks off %s has an unknown outcome, and is not asked again', async (_, form) => {
    await open();
    await sources.tools();
    server.before = ({ method }, response) => {
      if (method !== 'tools/call') return false;
      if (form === 'stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        send(response, { method: 'notifications/message', params: { level: 'info', data: 'hm' } });
      }
      setTimeout(() => response.destroy(), 50);
      return true;
    };
    expect(await sources.call('old')).toMatchObject({ unknown: true });
    expect(server.calls).toBe(1);
    server.before = () => false;
    expect(await sources.call('old')).toEqual({ text: 'old was called' });
  });

  it.each([
    [403, 'refused'],
    [429, 'refused'],
    [502, 'unknown'],
  ])('that answers a call with %i has %s it', async (status, outcome) => {
    await open();
    await sources.tools();
    server.before = ({ method }, response) => {
      if (method !== 'tools/call') return false;
      response.writeHead(status).end('no');
      return true;
    };
    if (outcome === 'refused') await expect(sources.call('old')).rejects.toThrow();
    else expect(await sources.call('old')).toMatchObject({ unknown: true });
  });

  it('tells changes on its stream', async () => {
    await open();
    await sources.tools();
    await until(() => server.asked.some(({ method }) => method === 'GET'));
    server.tools = ['old', 'new'];
    server.changed();
    await until(async () => (await sources.names()).includes('new'));
  });

  it('does not lead anywhere else: a redirect to another host is not followed, nor is it given the headers', async () => {
    const other = new HttpStub();
    await other.start();
    await open({ headers: { 'x-team': 'blue' } });
    server.before = (_, response) => {
      response.writeHead(307, { location: other.url }).end();
      return true;
    };
    expect(await sources.tools()).toEqual([]);
    expect((await sources.findings())[0]).toMatch(/^WRONG the server answers: It is away: .*not followed/);
    expect(other.asked).toEqual([]);
    await other.stop();
  });

  it('that sends more than anybody needs is cut off', async () => {
    await open();
    await sources.tools();
    server.before = ({ method }, response) => {
      if (method !== 'tools/call') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      const flood = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        if (!response.destroyed) response.once('drain', flood);
      };
      flood();
      return true;
    };
    expect(await sources.call('old')).toMatchObject({ unknown: true });
  });
});
