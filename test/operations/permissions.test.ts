/** Who may call what: an operation is not callable by anybody whom the table does not name. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { type OperationName, operations } from '../../src/operations/operations.js';
import { type Permission, permissions } from '../../src/operations/permissions.js';
import { authorise, type PersonPrincipal, type Principal } from '../../src/operations/principal.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';

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
    return {
      'agents.list': {},
      'agents.show': { agentId },
      'agents.check': { agentId },
      'pairings.list': {},
      'pairings.approve': { code: 'ABCDEFGH', within: { agentId, connector: 'telegram' } },
      'pairings.revoke': { pairing: 'pairing_x' },
      'tokens.list': {},
      'tokens.revoke': { name: 'x' },
      'secrets.list': {},
      'secrets.set': { name: 'x', value: 'x' },
      'secrets.rotate': { name: 'x', value: 'x' },
      'secrets.remove': { name: 'x' },
      'rooms.list': { agentId },
      'rooms.messages': { roomId },
      'rooms.forget': { roomId },
      'rooms.status': { agentId, roomId, scope },
      'rooms.renew': { roomId },
      'rooms.model': { agentId, roomId, model: null },
      'turns.list': { agentId },
      'turns.show': { turnId: 'turn_x' },
      'turns.stop': { roomId },
      'turns.runAgain': { turnId: 'turn_x' },
      'turns.resume': { turnId: 'turn_x', approve: true },
      'deliveries.list': { agentId },
      'deliveries.sendAgain': { deliveryId: 'x' },
      'deliveries.sendAllAgain': { agentId },
      'deliveries.drop': { deliveryId: 'x' },
      'people.forget': { ...ann, agentId, count: true },
      'health.show': {},
      'audit.list': {},
      'audit.export': {},
      'audit.verify': {},
    };
  };
  const person = (userId: string, more: Partial<PersonPrincipal> = {}): PersonPrincipal => ({
    ...{ kind: 'person', connector: 'telegram', tenant: 'default', userId, agentId: 'assistant' },
    ...{ roomId: 'room_of_theirs', scope: `scope_of_${userId}`, operator: false },
    ...{ paired: false, ...more },
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
      if (code !== 'permission_denied') names.push(name);
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
    const { rows } = await carrier.operations!.call('audit.list', { limit: 200 }, { kind: 'system' });
    expect(rows.filter(({ outcome }) => outcome === 'denied')).toHaveLength(3 * operations.length);
    expect(rows[0]).toMatchObject({ principal: { kind: 'person', name: 'ann' }, error: 'permission_denied' });
  });

  it('lets people do with what is their own what the table says, and no more', async () => {
    const { roomId, scope } = room;
    const own = ['rooms.status', 'rooms.renew', 'turns.stop', 'people.forget'];
    expect(await allowed(person('ann', { roomId, scope }))).toEqual(own);
  });

  it('lets operators do what concerns their agent, and nothing at another or on another platform', async () => {
    const mayNot = operations
      .map(({ name, permission }) => ({ name, holders: permissions[permission] as readonly string[] }))
      .filter(({ holders }) => !holders.includes('operator'))
      .map(({ name }) => name);
    const names = await allowed(person('root', { operator: true }));
    expect(names).toEqual(expect.arrayContaining(['agents.show', 'rooms.forget', 'pairings.approve']));
    expect(names.filter((name) => mayNot.includes(name as never))).toEqual([]);
    // Lists of the whole hub, and what was looked up and is not there.
    expect(names).not.toContain('agents.list');
    expect(names).not.toContain('turns.show');
    expect(await allowed(person('root', { operator: true, agentId: 'other' }))).toEqual([]);
    const elsewhere = await allowed(person('root', { operator: true, connector: 'slack' }));
    expect(elsewhere).toEqual(['agents.show', 'agents.check', 'rooms.list', 'turns.list', 'deliveries.list']);
  });

  it('does not believe an operator whose agent a room is', async () => {
    const root = person('root', { operator: true, agentId: 'other' });
    const input = { agentId: 'other', roomId: room.roomId, model: null };
    const refused = { code: 'permission_denied' };
    await expect(carrier.operations!.call('rooms.model', input, root)).rejects.toMatchObject(refused);
  });

  it('lets an admin token do everything, and one of another tenant only what is its tenant’s', async () => {
    const token = { kind: 'token', name: 't', tenant: 'default', admin: true } as const;
    expect(await allowed(token)).toHaveLength(operations.length);
    expect(await allowed({ ...token, tenant: 'acme' })).toEqual([]);
    expect(await allowed({ ...token, admin: false })).toEqual([]);
    const { operations: all } = carrier;
    const theirs = { connector: 'http', tenant: 'acme', userId: 'ann', count: true };
    expect(await all!.call('people.forget', theirs, { ...token, tenant: 'acme' })).toEqual({ memories: 0 });
  });
});

describe('whatever is asked', () => {
  const text = fc.constantFrom('a', 'b');
  const maybe = fc.option(text, { nil: undefined });
  const resources = fc.record({
    ...{ agentId: maybe, connector: maybe, tenant: maybe, roomId: maybe, scope: maybe, userId: maybe },
    place: fc.option(fc.boolean(), { nil: undefined }),
  });
  const people = fc.record({
    ...{ kind: fc.constant('person' as const), connector: text, tenant: text, userId: text },
    ...{ agentId: text, roomId: text, scope: text, operator: fc.boolean() },
    paired: fc.boolean(),
  });
  const all = Object.keys(permissions) as Permission[];

  it('nobody gets at another agent, and only operators at what is not theirs', () => {
    fc.assert(
      fc.property(people, fc.constantFrom(...all), resources, (who, permission, what) => {
        if (!authorise(who, permission, what)) return;
        const holders: readonly string[] = permissions[permission];
        expect(what.agentId ?? who.agentId).toBe(who.agentId);
        const theirs =
          (what.roomId === who.roomId || (what.roomId === undefined && what.userId === who.userId)) &&
          (what.scope ?? who.scope) === who.scope;
        const reasons = [
          theirs && holders.includes('self'),
          who.operator && holders.includes('operator'),
          // People that an operator paired let in places, where they are paired, and nothing else.
          who.paired && what.place && permission === 'pairings.approve' && what.connector === who.connector,
        ];
        expect(reasons).toContain(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('no token that is not an administrator’s gets at anything', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...all), resources, (tenant, permission, what) => {
        expect(authorise({ kind: 'token', name: 't', tenant }, permission, what)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
