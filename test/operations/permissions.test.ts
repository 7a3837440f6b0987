/** Who may call what: an operation is not callable by anybody whom the table does not name. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Permission, permissions } from '../../src/access/permissions.js';
import { authorise, type PersonPrincipal, type Principal } from '../../src/access/principal.js';
import { isAtLeast, type Level, type Role } from '../../src/access/role.js';
import type { Carrier } from '../../src/carrier.js';
import { type OperationName, operations } from '../../src/operations/operations.js';
import { all } from '../../src/store/paging.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';

const ofOneself = [
  ...[
    'rooms.status',
    'rooms.summary',
    'rooms.renew',
    'facts.list',
    'turns.stop',
    'tasks.list',
    'people.forget',
  ],
  ...['memories.preview', 'memories.forget', 'people.show'],
  ...['people.startLink', 'people.enterLink', 'people.confirmLink', 'people.unlink'],
  ...['people.export', 'people.previewErasure', 'console.linkOwn'],
];
const ann = { connector: 'telegram', tenant: 'default', userId: 'ann' };

describe('on a real hub', () => {
  let home: Home;
  let carrier: Carrier;
  let platform: Platform;
  /** Ann's room, as the hub knows it. */
  let room: { roomId: string; scope: string };
  beforeEach(async () => {
    home = new Home();
    platform = new Platform();
    for (const id of ['assistant', 'other'])
      home.character(id, {
        ...{ name: 'Ada', bio: '.', plugins: [] },
        connectors: { telegram: { dm: 'open', operators: ['root'] } },
      });
    const model = () => scriptedModel((request) => `echo ${lastSaid(request)}`);
    carrier = await home.carrier({ connectors: [platform, new Platform('telegram', 'other')], model });
    const { memory } = (await platform.dm('ann', 'hello'))!;
    await platform.last(1);
    room = memory;
  });
  afterEach(() => home.dispose());

  /** A good input about Ann for each operation; one that is missing here fails the test below. */
  const inputs = (): Record<OperationName, object> => {
    const { roomId, scope } = room;
    const agentId = 'assistant';
    const here = { connector: 'telegram', tenant: 'default', channel: 'ann' };
    const tool = { name: 'x', description: 'x', url: 'https://x.example/', agents: [] };
    return {
      'agents.list': {},
      'agents.show': { agentId },
      'agents.check': { agentId },
      'models.list': { agentId },
      'connectors.list': {},
      'connectors.test': { agentId, connector: 'telegram' },
      'tools.servers': { agent: agentId },
      'agents.create': { id: 'x', definition: {} },
      'agents.replace': { agentId, definition: {}, version: 1 },
      'agents.change': { agentId },
      'agents.remove': { agentId },
      'agents.versions': { agentId },
      'agents.diff': { agentId },
      'agents.rollBack': { agentId, to: 1 },
      'agents.export': { agentId },
      'pairings.list': {},
      'pairings.approve': { code: 'ABCDEFGH', within: { agentId, connector: 'telegram' } },
      'pairings.revoke': { pairing: 'pairing_x' },
      'tokens.list': {},
      'tokens.issue': { name: 'x' },
      'tokens.revoke': { token: 'x' },
      'secrets.list': {},
      'secrets.set': { name: 'x', value: 'x' },
      'secrets.rotate': { name: 'x', value: 'x' },
      'secrets.remove': { name: 'x' },
      'tools.add': tool,
      'tools.registered': {},
      'tools.show': { name: 'x' },
      'tools.change': tool,
      'tools.remove': { name: 'x' },
      'tools.import': { document: '{}', agents: [] },
      'tools.accept': { key: 'x', agentId, count: true },
      'tools.list': { agent: agentId },
      'policy.show': { agent: agentId },
      'policy.explain': { agent: agentId, tool: 'x' },
      'rooms.list': { agentId },
      'rooms.messages': { roomId },
      'rooms.forget': { roomId },
      'rooms.status': { agentId, roomId, scope },
      'rooms.summary': { roomId },
      'rooms.renew': { roomId },
      'rooms.model': { agentId, roomId, model: null },
      'facts.list': { ...ann, agentId },
      'facts.correct': { id: 'x', text: 'x' },
      'facts.remove': { id: 'x' },
      'turns.list': { agentId },
      'turns.show': { turnId: 'turn_x' },
      'turns.stop': { roomId },
      'turns.runAgain': { turnId: 'turn_x' },
      'turns.resume': { turnId: 'turn_x', approve: true },
      'schedules.list': { agentId },
      'schedules.show': { id: 'x' },
      'schedules.add': { roomId, text: 'x', in: 60 },
      'schedules.change': { id: 'x', paused: true },
      'schedules.remove': { id: 'x' },
      'messages.post': { agentId, roomId, text: 'x' },
      'approvals.list': { agentId },
      'approvals.show': { id: 'ap_aaaaaaaaaa' },
      'approvals.decide': { id: 'ap_aaaaaaaaaa', approve: true },
      'tasks.list': { agentId, roomId },
      'tasks.show': { id: 'ta_aaaaaaaaaa' },
      'tasks.pause': { id: 'ta_aaaaaaaaaa' },
      'tasks.resume': { id: 'ta_aaaaaaaaaa' },
      'tasks.stop': { id: 'ta_aaaaaaaaaa' },
      'documents.list': { agentId },
      'documents.add': { agentId, name: 'x', text: 'x' },
      'documents.get': { id: 'x' },
      'documents.remove': { id: 'x' },
      'documents.reread': { id: 'x' },
      'deliveries.list': { agentId },
      'deliveries.sendAgain': { deliveryId: 'x' },
      'deliveries.sendAllAgain': { agentId },
      'deliveries.drop': { deliveryId: 'x' },
      'people.forget': { ...ann, agentId, count: true },
      'memories.recall': { agentId, userId: 'ann', text: 'x' },
      'rooms.own': { agentId, userId: 'ann' },
      'memories.preview': { ...ann, agentId, everything: true },
      'memories.forget': { ...ann, agentId, askedAt: 1 },
      'switches.list': {},
      'switches.pause': { what: 'person', ...ann, agentId },
      'switches.resume': { what: 'person', ...ann, agentId },
      'usage.list': {},
      'retention.report': {},
      'scores.list': { agentId },
      'turns.rate': { turnId: 'turn_x', rating: 3 },
      'lessons.list': { agentId },
      'lessons.show': { id: 'x' },
      'lessons.propose': { agentId, text: 'x' },
      'lessons.approve': { id: 'x' },
      'lessons.reject': { id: 'x' },
      'lessons.remove': { id: 'x' },
      'people.show': { account: ann, agentId },
      'people.startLink': { account: ann, agentId, source: { ...here, messageId: 'x' } },
      'people.enterLink': { account: ann, agentId, source: { ...here, messageId: 'x' }, code: 'x' },
      'people.confirmLink': { account: ann, agentId, yes: true },
      'people.link': { account: ann, other: { ...ann, connector: 'slack' } },
      'people.unlink': { account: ann },
      'people.export': { account: ann, agentId },
      'people.previewErasure': { account: ann, agentId },
      'people.erase': { code: 'x' },
      'roles.list': {},
      'roles.give': { role: 'member', account: { ...ann, userId: 'x' }, agentId, place: 'telegram' },
      'roles.take': { account: { ...ann, userId: 'x' }, agentId, place: 'telegram' },
      'health.show': {},
      'embeddings.status': {},
      'audit.list': {},
      'audit.export': {},
      'audit.verify': {},
      'events.list': {},
      'places.list': {},
      'memories.search': { agentId, query: 'x' },
      'turns.prompt': { turnId: 'turn_x' },
      'encryption.status': {},
      'encryption.rotate': {},
      'console.link': {},
      'console.linkOwn': { account: ann, agentId },
      'console.sessions': {},
      'console.endSession': { session: 'session_x' },
      'rooms.takeOver': { roomId },
      'rooms.answer': { roomId, text: 'x' },
      'rooms.hold': { roomId },
      'rooms.note': { roomId, text: 'x' },
      'rooms.notes': { roomId },
      'rooms.handBack': { roomId },
    };
  };
  const person = (userId: string, more: Partial<PersonPrincipal> = {}): PersonPrincipal => ({
    ...{ kind: 'person', connector: 'telegram', tenant: 'default', userId, agentId: 'assistant' },
    ...{ roomId: 'room_of_theirs', channel: userId, scope: `scope_of_${userId}`, grants: [], ...more },
  });
  /** As who is listed in a character has it. */
  const operating = (agentId = 'assistant', connector = 'telegram') => ({
    ...{ agentId, connector, grants: [{ role: 'operator' as const, level: { agentId, connector } }] },
  });
  /** Those that are not denied; what comes of them does not matter here. */
  const allowed = async (principal: Principal) => {
    const names: string[] = [];
    for (const [name, input] of Object.entries(inputs())) {
      const code = await carrier.operations!.call(name as OperationName, input as never, principal).then(
        () => null,
        (error) => error.code,
      );
      expect(code).not.toBe('internal');
      // Who may not see a thing is told that there is none; the audit has the truth.
      const [row] = (await carrier.store.audit.list({ limit: 1 })).items;
      expect(row).toMatchObject({ operation: name });
      if (code === 'permission_denied') expect(row!.outcome).toBe('denied');
      if (row!.outcome !== 'denied') names.push(name);
    }
    return names;
  };

  it('has an input here for every operation', () => {
    expect(Object.keys(inputs()).sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  it('lets nobody do anything with what is another’s', async () => {
    expect(await allowed(person('bob'))).toEqual([]);
    // The same id elsewhere is somebody else.
    expect(await allowed(person('ann', { connector: 'slack' }))).toEqual([]);
    expect(await allowed(person('ann', { tenant: 'elsewhere' }))).toEqual([]);
    const rows = await all((page) => carrier.store.audit.list(page));
    expect(rows.filter(({ outcome }) => outcome === 'denied')).toHaveLength(3 * operations.length);
    expect(rows[0]).toMatchObject({ principal: { kind: 'person', name: 'ann' }, error: 'permission_denied' });
  });

  it('lets people do with what is their own what the table says, and no more', async () => {
    const { roomId, scope } = room;
    expect(await allowed(person('ann', { roomId, scope }))).toEqual(ofOneself);
  });

  it('lets operators do what concerns their agent, and nothing at another or on another platform', async () => {
    const mayNot = operations
      .filter(({ permission }) => !isAtLeast('operator', permissions[permission].least))
      .map(({ name }) => name);
    const names = await allowed(person('root', operating()));
    expect(names).toEqual(expect.arrayContaining(['agents.show', 'rooms.forget', 'pairings.approve']));
    expect(names.filter((name) => mayNot.includes(name as never))).toEqual([]);
    // What was looked up and is not there.
    expect(names).not.toContain('turns.show');
    const lists = [
      'connectors.list',
      ...['agents.list', 'pairings.list', 'switches.list', 'usage.list', 'retention.report', 'roles.list'],
      ...['events.list', 'places.list'],
    ];
    expect((await allowed(person('root', operating('other')))).toSorted()).toEqual(lists.toSorted());
    const elsewhere = await allowed(person('root', operating('assistant', 'slack')));
    const parts = [
      'agents.show',
      'agents.check',
      ...['models.list', 'connectors.test'],
      ...['agents.versions', 'agents.diff', 'agents.export'],
      'approvals.list',
      'tasks.list',
      'schedules.list',
      'rooms.list',
      'turns.list',
      'documents.list',
      // For themselves alone, where they are.
      'documents.add',
      'deliveries.list',
      'memories.search',
    ];
    expect(elsewhere.toSorted()).toEqual([...lists, ...parts].sort());
  });

  it('shows operators in lists what is theirs alone', async () => {
    const { operations: all } = carrier;
    const list = (who: PersonPrincipal) => all!.call('rooms.list', { agentId: 'assistant' }, who);
    expect((await list(person('root', operating()))).rooms).toHaveLength(1);
    expect((await list(person('root', operating('assistant', 'slack')))).rooms).toEqual([]);
    const turns = await all!.call('turns.list', {}, person('root', operating('other')));
    expect(turns).toEqual({ turns: [], nextCursor: null });
    const seen = await all!.call('agents.list', {}, person('root', operating('other')));
    expect(seen.agents.map(({ id }) => id)).toEqual(['other']);
  });

  it('does not believe an operator whose agent a room is', async () => {
    const root = person('root', operating('other'));
    const input = { agentId: 'other', roomId: room.roomId, model: null };
    // As for a room that there is not.
    const refused = { code: 'not_found', message: 'There is no such room.' };
    await expect(carrier.operations!.call('rooms.model', input, root)).rejects.toMatchObject(refused);
    const nowhere = { ...input, roomId: 'room_x' };
    await expect(carrier.operations!.call('rooms.model', nowhere, root)).rejects.toMatchObject(refused);
  });

  it('lets an admin token do everything, and one of another tenant only what is its tenant’s', async () => {
    const token = { kind: 'token', name: 't', tenant: 'default', admin: true } as const;
    const names = operations.map(({ name }) => name).sort();
    // Such a link opens the whole hub, so issued tokens make none.
    expect((await allowed(token)).sort()).toEqual(names.filter((name) => name !== 'console.link'));
    expect((await allowed({ ...token, bootstrap: true })).sort()).toEqual(names);
    const lists = [
      'tokens.list',
      'tokens.issue',
      'tokens.revoke',
      'rooms.list',
      'turns.list',
      'schedules.list',
      'approvals.list',
      'tasks.list',
      'documents.list',
      // For the tenant alone.
      'documents.add',
      'deliveries.list',
      'pairings.list',
      'switches.list',
      'usage.list',
      'retention.report',
      'roles.list',
      ...['events.list', 'places.list', 'memories.search'],
      ...['memories.recall', 'rooms.own'],
    ];
    expect((await allowed({ ...token, tenant: 'acme' })).toSorted()).toEqual(lists.sort());
    const { operations: all } = carrier;
    const seen = await all!.call('rooms.list', {}, { ...token, tenant: 'acme' });
    expect(seen.rooms).toEqual([]);
    // Who may decide about a call is said by the rule that asks for it; who talks to an agent may ask what it knows of them.
    expect(await allowed({ ...token, admin: false })).toEqual([
      'approvals.decide',
      'memories.recall',
      'rooms.own',
    ]);
    const theirs = { connector: 'http', tenant: 'acme', userId: 'ann', count: true };
    expect(await all!.call('people.forget', theirs, { ...token, tenant: 'acme' })).toEqual({ memories: 0 });
  });

  it('[governed.6] lets a token do what it is for alone, whatever its role', async () => {
    const owner = { kind: 'token', name: 't', tenant: 'default', role: 'owner' } as const;
    expect(await allowed({ ...owner, scopes: [] })).toEqual([]);
    expect(await allowed({ ...owner, scopes: ['health.read'] })).toEqual([
      ...['health.show', 'embeddings.status'],
    ]);
    expect(await allowed({ ...owner, scopes: ['audit.read'], role: 'operator' })).toEqual([]);
    const ann = person('ann', { ...room, ...operating() });
    expect(await allowed({ ...ann, via: { ...owner, scopes: ['health.read'] } })).toEqual([]);
    const talking = await allowed({ ...ann, via: { ...owner, scopes: ['messages.send'] } });
    expect(talking).toEqual(ofOneself);
  });
});

describe('whoever comes by a token', () => {
  const via = { name: 't', tenant: 'acme', role: 'operator', user: 'root' } as const;
  /** Listed in a character, so for everybody on that connector. */
  const listed: PersonPrincipal = {
    ...{ kind: 'person', connector: 'http', tenant: 'acme', userId: 'root', agentId: 'a', via },
    ...{ roomId: 'room_x', channel: 'user:root', scope: 's' },
    grants: [{ role: 'operator', level: { agentId: 'a', connector: 'http' } }],
  };
  const of = (tenant: string) => ({ agentId: 'a', connector: 'http', tenant, roomId: 'room_y' });

  it('[governed.7] does nothing in another tenant, whatever role they have by themselves', () => {
    expect(authorise(listed, 'rooms.forget', of('acme'))).toBe(true);
    expect(authorise(listed, 'rooms.forget', of('beta'))).toBe(false);
    expect(authorise(listed, 'rooms.forget', { agentId: 'a', connector: 'http' })).toBe(false);
    expect(authorise({ ...listed, via: { ...via, tenant: 'default' } }, 'rooms.forget', of('beta'))).toBe(
      true,
    );
    expect(authorise({ ...listed, via: { ...via, agents: ['b'] } }, 'rooms.forget', of('acme'))).toBe(false);
  });
});

describe('whatever is asked', () => {
  const text = fc.constantFrom('a', 'b');
  const maybe = fc.option(text, { nil: undefined });
  const resources = fc.record({
    ...{ agentId: maybe, connector: maybe, tenant: maybe, roomId: maybe, scope: maybe, userId: maybe },
    channel: maybe,
    place: fc.option(fc.boolean(), { nil: undefined }),
  });
  const level = fc.record(
    { agentId: text, connector: text, tenant: text, channel: text },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Level>;
  const role = fc.constantFrom<Role>('guest', 'member', 'operator', 'admin', 'owner');
  const people = fc.record({
    ...{ kind: fc.constant('person' as const), connector: text, tenant: text, userId: text },
    ...{ agentId: text, roomId: text, channel: text, scope: text },
    grants: fc.array(fc.record({ role, level }), { maxLength: 3 }),
  });
  const all = Object.keys(permissions) as Permission[];

  it('nobody does what is not theirs without a role for it', () => {
    fc.assert(
      fc.property(people, fc.constantFrom(...all), resources, (who, permission, asked) => {
        if (!authorise(who, permission, asked)) return;
        const row: { least: Role; self?: true; places?: Role } = permissions[permission];
        const theirs =
          (asked.roomId === who.roomId || (asked.roomId === undefined && asked.userId === who.userId)) &&
          (asked.scope ?? who.scope) === who.scope &&
          (asked.agentId ?? who.agentId) === who.agentId;
        const { agentId, connector, tenant, channel } = who;
        const here = { agentId, connector, tenant, channel };
        const known: Record<string, unknown> = asked.roomId === who.roomId ? { ...here, ...asked } : asked;
        const held = who.grants.filter(({ level }) =>
          Object.entries(level).every(([part, value]) => known[part] === value),
        );
        const least = asked.place ? (row.places ?? row.least) : row.least;
        expect([theirs && row.self, held.some(({ role }) => isAtLeast(role, least))]).toContain(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('no token that is not an administrator’s gets at anything, besides talking', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...all), resources, (tenant, permission, what) => {
        const may = authorise({ kind: 'token', name: 't', tenant }, permission, what);
        if (may) expect(isAtLeast('member', permissions[permission].least)).toBe(true);
        if (may) expect([what.connector, what.tenant]).toEqual(['http', tenant]);
      }),
      { numRuns: 2000 },
    );
  });
});
