/** Accounts behind the hub's tokens, where callers name the users: who may link them, and what they have then. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenHolder } from '../../src/access/principal.js';
import type { Carrier } from '../../src/carrier.js';
import type { InputOf } from '../../src/operations/operations.js';
import { IdentityProvider } from '../http/identity-provider.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

const system = { kind: 'system' } as const;
const model = () => scriptedModel(() => 'hi');
let home: Home;
beforeEach(() => {
  home = new Home();
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open' }, http: { dm: 'open' } },
  });
});
afterEach(() => home.dispose());

/** Stands behind the hub's tokens, as the API does. */
class Behind extends Platform {
  readonly routes = { access: 'token' as const, handler: () => {} };

  constructor() {
    super('http');
  }

  async ask(from: TokenHolder, userId: string, text: string): Promise<string> {
    const source = { ...this.source(`user:${userId}`, undefined, from.tenant), pull: true };
    const said = { agentId: 'assistant', source, direct: true, author: { id: userId }, text };
    const receipt = await this.host.receive(said, { waits: true, from });
    return receipt!.outcome!.reply!.memory.content.text;
  }
}

describe('[governed.5] an account that a token names', () => {
  let carrier: Carrier;
  let telegram: Platform;
  let http: Behind;
  beforeEach(async () => {
    [telegram, http] = [new Platform(), new Behind()];
    carrier = await home.carrier({ connectors: [telegram, http], model });
  });
  const give = (role: InputOf<'roles.give'>['role'], account: string, more: object = {}) =>
    carrier.operations!.call('roles.give', { role, account, ...more }, system);
  const codeOf = (text: string | null) => /\/link ([A-Z0-9]{8})/.exec(text ?? '')![1]!;
  const app: TokenHolder = { name: 'app', tenant: 'acme', role: 'member' };
  const of = (user: string, more: Partial<TokenHolder> = {}): TokenHolder => ({ ...app, user, ...more });
  const accounts = async (account: string) =>
    (await carrier.operations!.call('people.show', { account }, system)).accounts.length;

  it('is not linked by an app that can name anybody, on either side', async () => {
    expect(await http.ask(app, 'ann', '/link')).toMatch(/Anybody with this token could name you/);
    const code = codeOf(await telegram.command('eve', 'link'));
    expect(await http.ask(app, 'ann', `/link ${code}`)).toMatch(/Anybody with this token/);
    const own = codeOf(await http.ask(of('ann'), 'ann', '/link'));
    await telegram.command('eve', 'link', own);
    expect(await http.ask(app, 'ann', '/link yes')).toMatch(/Anybody with this token/);
    expect(await accounts('telegram:eve')).toBe(1);
    // Refused, it is still asked.
    expect(await http.ask(of('ann'), 'ann', '/link')).toMatch(/telegram:eve.* has typed your code/);
    expect(await http.ask(of('ann'), 'ann', '/link no')).toBe('Nothing is linked.');
  });

  it('is linked with a token of that user, in its tenant alone', async () => {
    const code = codeOf(await telegram.command('ann', 'link'));
    expect(await http.ask(of('ann'), 'ann', `/link ${code}`)).toMatch(/^The code is right/);
    expect(await telegram.command('ann', 'link', 'yes')).toMatch(/http\/acme:ann are linked/);
    expect(await accounts('http/acme:ann')).toBe(2);
    expect(await accounts('http/beta:ann')).toBe(1);
    expect(await accounts('http:ann')).toBe(1);
    // Another workspace of the same platform is another account.
    const another = codeOf(await http.ask(of('ann', { tenant: 'beta' }), 'ann', '/link'));
    expect(await http.ask(of('bea'), 'bea', `/link ${another}`)).toMatch(/^The code is right/);
  });

  it('is spoken for by its user’s token alone, whatever the caller says', async () => {
    for (const text of ['/whoami', '/link', '/forget yes', 'hello'])
      await expect(http.ask(of('ann'), 'bob', text)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('is not linked through a token that may less than the person', async () => {
    await give('operator', 'http/acme:ann', { agentId: 'assistant' });
    expect(await http.ask(of('ann'), 'ann', '/link')).toMatch(/more than this token/);
    const code = codeOf(await telegram.command('eve', 'link'));
    expect(await http.ask(of('ann'), 'ann', `/link ${code}`)).toMatch(/more than this token/);
    const keeper: TokenHolder = { name: 'keeper', tenant: 'acme', role: 'operator' };
    // It reaches its tenant alone, and the role all of the agent.
    expect(await http.ask(keeper, 'ann', '/link')).toMatch(/more than this token/);
    expect(await http.ask(keeper, 'bob', '/link')).toMatch(/Your code is/);
    expect(await http.ask({ ...keeper, tenant: 'default' }, 'ann', '/link')).toMatch(/Your code is/);
  });

  it('is neither taken out of its person nor shown with it to an app that can name anybody', async () => {
    await carrier.operations!.call(
      'people.link',
      { account: 'telegram:ann', other: 'http/acme:ann' },
      system,
    );
    await give('operator', 'telegram:ann');
    expect(await http.ask(app, 'ann', '/unlink')).toMatch(/Anybody with this token could name you/);
    expect(await accounts('http/acme:ann')).toBe(2);
    expect(await http.ask(app, 'ann', '/whoami')).not.toContain('telegram');
    expect(await http.ask(app, 'ann', '/unlink 2')).toMatch(/Which account/);
    expect(await http.ask(of('ann'), 'ann', '/whoami')).toContain('telegram:ann');
    expect(await http.ask(of('ann'), 'ann', '/unlink')).toBe('This account is by itself again.');
    expect(await accounts('telegram:ann')).toBe(1);
  });

  it('has of what it is linked with no more than its token', async () => {
    await give('owner', 'telegram:ann');
    await carrier.operations!.call(
      'people.link',
      { account: 'telegram:ann', other: 'http/acme:ann' },
      system,
    );
    expect(await http.ask(of('ann'), 'ann', '/whoami')).toMatch(/role here: member/);
    expect(await http.ask(of('ann', { role: 'admin' }), 'ann', '/whoami')).toMatch(/role here: admin/);
    // Within its tenant.
    const admin = of('ann', { role: 'admin' });
    expect(await http.ask(admin, 'ann', '/role member telegram:bob')).toMatch(
      /member for agent assistant on http\/acme/,
    );
    expect(await http.ask(admin, 'ann', '/approve ABCDEFGH')).toMatch(/No such code/);
    const { roles } = await carrier.operations!.call('roles.list', {}, system);
    expect(roles.filter(({ level }) => Object.keys(level).length === 0)).toHaveLength(1);
    expect(await http.ask(of('ann', { agents: ['other'] }), 'ann', '/whoami')).toMatch(/role here: guest/);
    expect(await telegram.command('ann', 'whoami')).toMatch(/role here: owner/);
  });

  it('is linked by an administrator up to what they have', async () => {
    const link = (principal: object, account: string, other: string) =>
      carrier.operations!.call('people.link', { account, other }, principal as typeof system).then(
        () => 'linked',
        (error) => error.code,
      );
    const admin = { kind: 'token', name: 'a', tenant: 'default', role: 'admin' };
    const ofAcme = { ...admin, tenant: 'acme' };
    await give('owner', 'telegram:olga');
    expect(await link(admin, 'telegram:olga', 'telegram:eve')).toBe('permission_denied');
    expect(await link(admin, 'telegram:eve', 'telegram:olga')).toBe('permission_denied');
    expect(await link(ofAcme, 'http/acme:a', 'http/beta:b')).toBe('permission_denied');
    expect(await link(ofAcme, 'telegram:a', 'http/acme:a')).toBe('permission_denied');
    expect(await link({ ...admin, role: 'operator' }, 'telegram:a', 'http:a')).toBe('permission_denied');
    expect(await link(ofAcme, 'http/acme:a', 'http/acme:b')).toBe('linked');
    expect(await link(admin, 'telegram:a', 'http/acme:a')).toBe('linked');
    const unlink = carrier.operations!.call('people.unlink', { account: 'telegram:a' }, system);
    expect(await unlink).toMatchObject({ unlinked: true });
    // Nobody starts a link for others by an operation.
    const party = {
      account: { connector: 'telegram', tenant: 'default', userId: 'a' },
      agentId: 'assistant',
    };
    const asked = { ...party, source: telegram.source('a') };
    await expect(carrier.operations!.call('people.startLink', asked, admin as never)).rejects.toMatchObject({
      code: 'not_allowed',
    });
  });
});

describe('over the API', () => {
  it('somebody who signed in links and reads who they are; a hub’s own token may, too', async () => {
    const provider = await new IdentityProvider().start();
    try {
      const hub = await home.hub({ model }, { CARRIER_JWT_ISSUER: provider.url });
      const alice = api(hub.url, await provider.sign());
      const say = async (text: string) =>
        (await alice.send('assistant', { text, userId: 'alice' })).reply!.text;
      expect(await say('/whoami')).toMatch(/^You are http:alice\.\nYour role here: guest/);
      expect(await say('/link')).toMatch(/Your code is [A-Z0-9]{8}/);
      const root = api(hub.url, hub.token.secret);
      const asRoot = (await root.send('assistant', { text: '/whoami', userId: 'alice' })).reply!.text;
      expect(asRoot).toMatch(/role here: owner\n- owner for the whole hub: by your token/);
      const shown = await root.get('/people?account=http:alice');
      expect(await shown.json()).toMatchObject({
        accounts: [{ userId: 'alice', linkedAt: null }],
        roles: [],
      });
      expect((await alice.get('/people?account=http:alice')).status).toBe(403);
      expect((await root.get('/people?account=alice')).status).toBe(422);
    } finally {
      await provider.stop();
    }
  });
});
