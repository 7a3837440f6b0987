/** Who may call what: an operation is not callable by anybody whom the table does not name. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { permissions } from '../../src/access/permissions.js';
import type { PersonPrincipal, Principal } from '../../src/access/principal.js';
import { isAtLeast } from '../../src/access/role.js';
import type { Carrier } from '../../src/carrier.js';
import { type OperationName, operations } from '../../src/operations/operations.js';
import { all } from '../../src/store/paging.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { inputsIn } from './permission-inputs.js';

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
    for (const [name, input] of Object.entries(inputsIn(room))) {
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
    expect(Object.keys(inputsIn(room)).sort()).toEqual(operations.map(({ name }) => name).sort());
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
