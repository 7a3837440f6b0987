/** Who may do what with which things, by the table of permissions alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Permission, permissions } from '../../src/access/permissions.js';
import { authorise, type PersonPrincipal } from '../../src/access/principal.js';
import { isAtLeast, type Level, type Role } from '../../src/access/role.js';

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
