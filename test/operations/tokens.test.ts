/** Tokens that were issued, on a real hub: what they may be given, what they may do, and how they go. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { permissions } from '../../src/access/permissions.js';
import { routes } from '../../src/http/routes.js';
import type { Hub } from '../../src/hub.js';
import { operations } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { ask, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let owner: string;
let aheadMs: number;
beforeEach(async () => {
  aheadMs = 0;
  home = new Home();
  for (const id of ['assistant', 'other']) home.character(id, { name: 'Ada', bio: '.', plugins: [] });
  hub = await home.hub({
    model: () => scriptedModel((request) => `re: ${lastSaid(request)}`),
    now: () => Date.now() + aheadMs,
  });
  owner = hub.token.secret;
});
afterEach(() => home.dispose());

const make = (wanted: object, maker = owner) => issue(hub.url, maker, wanted);
const refused = async (maker: string, wanted: object) => {
  const { status, body } = await ask(hub.url, maker, ['POST', '/tokens'], { name: 'more', ...wanted });
  return [status, body.error?.code, body.error?.field];
};
const get = (token: string, path: string) => ask(hub.url, token, ['GET', path]);
const listed = async (token = owner) => (await get(token, '/tokens')).body.tokens as { name: string }[];

describe('an issued token', () => {
  it('is told once, and is nowhere in lists, the audit log or the store', async () => {
    const { token, callbackSecret, id } = await make({ name: 'shop', scopes: ['agents.read'] });
    expect(token).toMatch(/^carrier_[\w-]{43}$/);
    expect(callbackSecret).toMatch(/^carrier_callback_[\w-]{43}$/);
    expect((await get(token, '/agents')).status).toBe(403);
    const told = JSON.stringify([await listed(), (await get(owner, '/audit?limit=200')).body]);
    expect(told).toContain(id);
    expect(told).toContain('shop');
    const { readFileSync, readdirSync } = await import('node:fs');
    const files = readdirSync(`${home.folder}/data`).filter((name) => name.startsWith('carrier.db'));
    const stored = files.map((name) => readFileSync(`${home.folder}/data/${name}`, 'latin1')).join('');
    expect(stored).toContain(id);
    for (const secret of [token, callbackSecret!]) {
      expect(told).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
  });

  it('is in no audit row where somebody gives it in the place of its id', async () => {
    const { token } = await make({ name: 'shop' });
    expect((await revoke(hub.url, owner, token)).status).toBe(404);
    const { rows } = (await get(owner, '/audit?operation=tokens.revoke')).body;
    expect(rows).toMatchObject([{ outcome: 'failed', target: { made: false } }]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('is listed with what limits it, beside the hub’s own', async () => {
    const wanted = {
      ...{ name: 'shop', role: 'operator', scopes: ['rooms.*'], agents: ['assistant'], tenant: 'acme' },
      ...{ user: 'ann', origins: ['https://shop.example'], ratePerMinute: 60 },
    };
    const { token: _, callbackSecret: __, ...issued } = await make({ ...wanted, expiresIn: '2h' });
    const [own, other, ...more] = await listed();
    expect(more).toEqual([]);
    expect(own).toMatchObject({ bootstrap: true, role: 'owner', tenant: 'default' });
    expect(other).toEqual(issued);
    const scopes = Object.keys(permissions).filter((name) => name.startsWith('rooms.'));
    expect(other).toMatchObject({ ...wanted, scopes, madeBy: (own as unknown as { id: string }).id });
    expect(JSON.stringify([own, other])).not.toMatch(/hash|secret/i);
  });

  it.each([
    ['an unknown scope', { scopes: ['rooms.raed'] }, 'scopes', /did you mean "rooms.read"/],
    ['an unknown subject', { scopes: ['room.*'] }, 'scopes', /no permission/],
    ['no scope', { scopes: [] }, 'scopes', /./],
    ['every scope', { scopes: ['*'] }, 'scopes', /no permission/],
    ['an unknown role', { role: 'root' }, 'role', /./],
    ['a name like an id', { name: 'tok_1' }, 'name', /tok_/],
    ['a name with a control character', { name: 'a\u202eb' }, 'name', /./],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt', /future/],
    ['two ends', { expiresAt: '2099-01-01T00:00:00Z', expiresIn: '1d' }, 'expiresAt', /either/],
    ['an end without a unit', { expiresIn: '90' }, 'expiresIn', /90d/],
    ['all origins', { origins: ['*'] }, 'origins[0]', /origin/],
    ['the origin null', { origins: ['null'] }, 'origins[0]', /origin/],
    ['all origins of a domain', { origins: ['https://*.a.example'] }, 'origins[0]', /no "\*"/],
    ['an origin with a path', { origins: ['https://a.example/'] }, 'origins[0]', /path/],
    ['an origin with its usual port', { origins: ['https://a.example:443'] }, 'origins[0]', /port/],
    ['what is no field', { admin: true }, 'admin', /./],
  ])('with %s is refused', async (_, wanted, field, message) => {
    const { status, body } = await ask(hub.url, owner, ['POST', '/tokens'], { name: 'shop', ...wanted });
    expect([status, body.error.code, body.error.field]).toEqual([422, 'invalid_field', field]);
    expect(body.error.message).toMatch(message);
    expect(await listed()).toHaveLength(1);
  });

  it('has a name of its own in its tenant', async () => {
    await make({ name: 'shop' });
    expect(await refused(owner, { name: 'shop' })).toEqual([422, 'invalid_field', 'name']);
    const acme = await make({ name: 'shop', tenant: 'acme' });
    expect((await revoke(hub.url, owner, 'shop')).body.error.message).toMatch(/2 tenants/);
    expect((await revoke(hub.url, owner, acme.id)).status).toBe(200);
    const both = await Promise.all(
      ['one', 'one'].map((name) => ask(hub.url, owner, ['POST', '/tokens'], { name })),
    );
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect((await listed()).filter(({ name }) => name === 'one').length).toBeLessThanOrEqual(1);
  });

  it('is refused once it has expired, and says so', async () => {
    const { token } = await make({ name: 'shop', role: 'operator', expiresIn: '1h' });
    expect((await get(token, '/agents')).status).toBe(200);
    aheadMs += 3_600_001;
    const { status, body } = await get(token, '/agents');
    expect([status, body.error.code]).toEqual([401, 'token_invalid']);
    expect(body.error.message).toMatch(/expired/);
  });

  it('may do nothing but what its scopes say, whatever its role [governed.6]', async () => {
    const { token } = await make({ name: 'reader', role: 'owner', scopes: ['audit.read'] });
    const fill = (path: string) => path.replace(/:\w+/g, 'x');
    for (const { method, path, operation } of routes) {
      const { permission } = operations.find(({ name }) => name === operation)!;
      const { status } = await ask(hub.url, token, [method, fill(path)], method === 'GET' ? undefined : {});
      if (permission === 'audit.read') expect([operation, status]).not.toEqual([operation, 403]);
      // What is wrong with the input is said first.
      else expect([operation, [403, 422].includes(status)]).toEqual([operation, true]);
    }
    expect((await get(token, '/metrics')).status).toBe(403);
    expect((await get(token, '/health')).status).toBe(403);
    expect((await listed()).map(({ name }) => name)).toContain('reader');
  });
});

describe('a token has no more than its maker', () => {
  it('in scopes and role [governed.3]', async () => {
    const scopes = ['tokens.issue', 'rooms.read'];
    const { token } = await make({ name: 'limited', role: 'admin', scopes });
    expect(await refused(token, { scopes: ['secrets.change'] })).toEqual([
      403,
      'permission_denied',
      'scopes',
    ]);
    expect(await refused(token, { scopes: ['rooms.*'] })).toEqual([403, 'permission_denied', 'scopes']);
    expect(await refused(token, { role: 'owner' })).toEqual([403, 'permission_denied', 'role']);
    const child = await make({ name: 'child', role: 'admin', scopes: ['rooms.read'] }, token);
    expect((await get(child.token, '/rooms')).status).toBe(200);
    expect(await refused(child.token, {})).toEqual([403, 'permission_denied', undefined]);
  });

  it('where nothing is named, either [governed.4]', async () => {
    const scopes = ['tokens.issue', 'rooms.read'];
    const { token } = await make({ name: 'limited', role: 'admin', scopes });
    const child = await make({ name: 'child', role: 'admin' }, token);
    expect(child.scopes).toEqual(scopes);
    expect((await get(child.token, '/secrets')).status).toBe(403);
    expect(await refused(token, { role: 'owner', scopes })).toEqual([403, 'permission_denied', 'role']);
    const operator = await make({ name: 'operator', role: 'operator' });
    expect(await refused(operator.token, { role: 'guest' })).toEqual([403, 'permission_denied', undefined]);
  });

  it('in agents, tenant, user, origins, end and rate', async () => {
    const bound = await make({
      ...{ name: 'bound', role: 'admin', agents: ['assistant', 'other'], tenant: 'acme', user: 'ann' },
      ...{ origins: ['https://a.example'], ratePerMinute: 100, expiresIn: '1h' },
    });
    const { token } = bound;
    for (const [field, value] of [
      ['agents', ['assistant', 'third']],
      ['tenant', 'beta'],
      ['tenant', 'default'],
      ['user', 'bob'],
      ['origins', ['https://b.example']],
      ['ratePerMinute', 101],
      ['expiresIn', '2h'],
    ] as const) {
      const [status, code, named] = await refused(token, { [field]: value });
      expect([field, status, code]).toEqual([field, 403, 'permission_denied']);
      expect(named).toBe(field === 'expiresIn' ? 'expiresAt' : field);
    }
    const child = await make({ name: 'child', agents: ['other'] }, token);
    expect(child).toMatchObject({ tenant: 'acme', user: 'ann', ratePerMinute: 100, agents: ['other'] });
    expect(child.expiresAt).toBe(bound.expiresAt);
    expect(child.origins).toBeUndefined();
    const tenant = await make({ name: 'tenant', role: 'admin', tenant: 'acme' });
    expect(await refused(tenant.token, { tenant: 'beta' })).toEqual([403, 'permission_denied', 'tenant']);
    expect((await make({ name: 'of acme' }, tenant.token)).tenant).toBe('acme');
  });

  it('whoever it is for may not issue at another agent', async () => {
    const { token } = await make({ name: 'a', role: 'admin', agents: ['assistant'] });
    expect((await make({ name: 'b', role: 'admin' }, token)).agents).toEqual(['assistant']);
    expect(await refused(token, { agents: ['other'] })).toEqual([403, 'permission_denied', 'agents']);
  });
});

describe('revoking', () => {
  const dead = (token: string) => until(async () => (await get(token, '/agents')).status === 401, 5000);

  it('takes a name or an id, and is not told apart from what is not there', async () => {
    const acme = await make({ name: 'acme admin', role: 'admin', tenant: 'acme' });
    const beta = await make({ name: 'beta admin', role: 'admin', tenant: 'beta' });
    const names = async (token: string) => (await listed(token)).map(({ name }) => name);
    expect(await names(acme.token)).toEqual(['acme admin']);
    const nobody = await revoke(hub.url, acme.token, 'nobody');
    expect(nobody.status).toBe(404);
    for (const other of [beta.id, beta.name, hub.token.secret])
      expect(await revoke(hub.url, acme.token, other)).toEqual(nobody);
    expect((await get(beta.token, '/tokens')).status).toBe(200);
    expect((await revoke(hub.url, beta.token, beta.id)).status).toBe(200);
    await dead(beta.token);
    expect((await revoke(hub.url, owner, 'acme admin')).body).toMatchObject({ id: acme.id, made: 0 });
    await dead(acme.token);
  });

  it('takes what was made with it, too, if that is asked', async () => {
    const root = await make({ name: 'root', role: 'admin' });
    const child = await make({ name: 'child', role: 'admin' }, root.token);
    const grandchild = await make({ name: 'grandchild', role: 'operator' }, child.token);
    const other = await make({ name: 'other', role: 'operator' });
    expect((await revoke(hub.url, owner, root.id)).body.made).toBe(0);
    expect((await get(child.token, '/agents')).status).toBe(200);
    // As after a revocation that was cut off: the maker is gone, what it has made is not.
    expect((await revoke(hub.url, owner, root.id, { made: true })).body.made).toBe(2);
    await dead(child.token);
    await dead(grandchild.token);
    expect((await get(other.token, '/agents')).status).toBe(200);
    expect((await revoke(hub.url, owner, root.id, { made: true })).status).toBe(404);
  });

  it('takes no token of a higher role, the hub’s own neither [governed.4]', async () => {
    const admin = await make({ name: 'admin', role: 'admin' });
    const revoker = await make({ name: 'revoker', role: 'admin', scopes: ['tokens.revoke'] });
    const above = await make({ name: 'above', role: 'owner' });
    const [own] = (await listed()) as unknown as { id: string }[];
    const child = await make({ name: 'child', role: 'owner' }, above.token);
    for (const { token } of [admin, revoker])
      for (const id of [above.id, above.name, own!.id, child.id]) {
        const { status, body } = await revoke(hub.url, token, id, { made: true });
        expect([id, status, body.error?.code]).toEqual([id, 403, 'permission_denied']);
      }
    expect((await revoke(hub.url, owner, above.id)).status).toBe(200);
    // Nor what is left of one that is gone.
    expect((await revoke(hub.url, admin.token, above.id, { made: true })).status).toBe(403);
    for (const token of [child.token, owner]) expect((await get(token, '/agents')).status).toBe(200);
    expect((await revoke(hub.url, revoker.token, admin.id)).status).toBe(200);
    await dead(admin.token);
  });

  it('keeps a token that is given in the place of its name out of the audit log', async () => {
    const { token } = await make({ name: 'leaked', role: 'operator' });
    const key = 'sk-proj-4fTq8Lw2Zx9';
    expect((await revoke(hub.url, owner, token)).status).toBe(404);
    await ask(hub.url, owner, ['DELETE', `/secrets/${key}`]);
    await ask(hub.url, owner, ['POST', `/rooms/${token}/forget`], {});
    const audit = JSON.stringify((await get(owner, '/audit?limit=200')).body);
    expect(audit).toContain('tokens.revoke');
    expect(audit).toContain('rooms.forget');
    for (const text of [token, key]) expect(audit).not.toContain(text);
  });

  it('lets nothing be issued with what is revoked meanwhile', async () => {
    for (let round = 0; round < 5; round++) {
      const { token, id } = await make({ name: `maker ${round}`, role: 'admin' });
      const [revoked, ...answers] = await Promise.all([
        revoke(hub.url, owner, id, { made: true }),
        ...[1, 2, 3].map((n) =>
          ask(hub.url, token, ['POST', '/tokens'], { name: `${round}.${n}`, role: 'operator' }),
        ),
      ]);
      expect(revoked.status).toBe(200);
      for (const { status, body } of answers) if (status === 200) await dead(body.token);
      expect((await listed()).map(({ name }) => name)).toHaveLength(1);
    }
  });
});
