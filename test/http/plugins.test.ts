/** What plugins serve over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubRequest, Plugin } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const serving = (name: string, access?: 'token' | 'own'): Plugin => ({
  name,
  routes: {
    ...(access && { access }),
    handler(req: HubRequest, res, next) {
      if (req.url === '/throws') throw new Error('the key is hunter2');
      if (req.url === '/pass') return next();
      res.end(JSON.stringify({ name, url: req.url, by: req.principal?.tenant ?? null }));
    },
  },
});

async function start(named: string[], plugins: Plugin[]) {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: named });
  const { url, token } = await home.hub({ plugins, connectors: [] });
  const ask = (path: string, secret = token.secret) =>
    fetch(url + path, { headers: secret ? { authorization: `Bearer ${secret}` } : {} });
  return ask;
}

describe('routes of plugins', () => {
  it('stand under the plugin’s name, behind the hub’s tokens', async () => {
    const ask = await start(['tickets'], [serving('tickets')]);
    await until(async () => (await ask('/plugins/tickets/')).ok);
    const answer = await ask('/plugins/tickets/one/two?x=1');
    expect(await answer.json()).toEqual({ name: 'tickets', url: '/one/two?x=1', by: 'default' });
    expect((await ask('/plugins/tickets/', '')).status).toBe(401);
    expect((await ask('/plugins/tickets/', 'carrier_wrong')).status).toBe(401);
  });

  it('are open where the plugin checks who calls', async () => {
    const ask = await start(['hooks'], [serving('hooks', 'own')]);
    await until(async () => (await ask('/plugins/hooks/', '')).ok);
    expect(await (await ask('/plugins/hooks/x', '')).json()).toEqual({ name: 'hooks', url: '/x', by: null });
  });

  it('are not there for plugins that no agent names', async () => {
    const ask = await start(['named'], [serving('named'), serving('unnamed', 'own')]);
    await until(async () => (await ask('/plugins/named/')).ok);
    for (const path of ['/plugins/unnamed/', '/plugins/', '/plugins/named%00/', '/plugins/constructor/'])
      expect((await ask(path)).status).toBe(404);
    expect((await ask('/plugins/unnamed/', '')).status).toBe(401);
  });

  it('that fail tell nothing', async () => {
    const ask = await start(['tickets'], [serving('tickets')]);
    await until(async () => (await ask('/plugins/tickets/')).ok);
    const failed = await ask('/plugins/tickets/throws');
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('hunter2');
    expect((await ask('/plugins/tickets/pass')).status).toBe(404);
  });
});
