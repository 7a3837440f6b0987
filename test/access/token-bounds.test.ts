/** What a token may be given, by whoever asks for it: tokens, persons, whatever they have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Permission, permissions } from '../../src/access/permissions.js';
import {
  authorise,
  type PersonPrincipal,
  type Principal,
  type TokenHolder,
} from '../../src/access/principal.js';
import { type Grant, type Level, type Resource, roles } from '../../src/access/role.js';
import { boundedBy, type WantedToken } from '../../src/access/token-bounds.js';

const names = Object.keys(permissions) as Permission[];
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const someOf = (...all: string[]) => optional(fc.subarray(all, { minLength: 1 }));
const limits = {
  scopes: someOf('tokens.issue', 'rooms.read', 'messages.send', 'audit.read'),
  agents: someOf('ada', 'bob'),
  user: optional(fc.constantFrom('ann', 'ben')),
  expiresAt: optional(fc.constantFrom(1000, 2000)),
  ratePerMinute: optional(fc.constantFrom(10, 20)),
  origins: someOf('https://a.example', 'https://b.example'),
};
const tenant = fc.constantFrom('default', 'acme', 'beta');
const holder: fc.Arbitrary<TokenHolder> = fc.record({
  ...{ ...limits, name: fc.constant('maker'), tenant, role: fc.constantFrom(...roles) },
});
const level: fc.Arbitrary<Level> = fc.record(
  {
    agentId: fc.constantFrom('ada', 'bob'),
    connector: fc.constantFrom('http', 'beach'),
    tenant,
    userId: fc.constantFrom('ann', 'ben'),
  },
  { requiredKeys: [] },
);
const person: fc.Arbitrary<PersonPrincipal> = fc.record({
  ...{
    kind: fc.constant('person' as const),
    connector: fc.constant('beach'),
    tenant,
    userId: fc.constant('ann'),
  },
  ...{
    agentId: fc.constant('ada'),
    roomId: fc.constant('r'),
    channel: fc.constant('c'),
    scope: fc.constant('s'),
  },
  grants: fc.array(fc.record({ role: fc.constantFrom(...roles), level }), { maxLength: 3 }) as fc.Arbitrary<
    Grant[]
  >,
});
const maker: fc.Arbitrary<Principal> = fc.oneof(
  holder.map((token) => ({ kind: 'token' as const, ...token })),
  person,
  fc.tuple(person, holder).map(([who, via]) => ({ ...who, via })),
);
const wanted: fc.Arbitrary<WantedToken> = fc.record({
  ...{ ...limits, name: fc.constant('made'), role: fc.constantFrom(...roles), tenant: optional(tenant) },
});
/** Of rooms that are nobody's own, so that only what was given counts. */
const resource: fc.Arbitrary<Resource> = level.map((found) => ({ ...found, channel: 'elsewhere' }));

function made(by: Principal, what: WantedToken): TokenHolder | null {
  try {
    return boundedBy(by, what);
  } catch (error) {
    expect(error).toMatchObject({ code: 'permission_denied' });
    return null;
  }
}

describe('[governed.3] [governed.4] a token', () => {
  it('may do nothing that its maker may not, whoever that is and whatever is asked for', () => {
    let count = 0;
    fc.assert(
      fc.property(maker, wanted, resource, fc.constantFrom(...names), (by, what, target, permission) => {
        const token = made(by, what);
        if (!token) return;
        count++;
        if (authorise({ kind: 'token', ...token }, permission, target))
          expect(authorise(by, permission, target)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(count).toBeGreaterThan(100);
  });

  it('lasts no longer and asks no more often than its maker’s', () => {
    fc.assert(
      fc.property(maker, wanted, (by, what) => {
        const token = made(by, what);
        const own = by.kind === 'token' ? by : by.kind === 'person' ? by.via : undefined;
        if (!token || !own) return;
        for (const field of ['expiresAt', 'ratePerMinute'] as const)
          if (own[field] !== undefined) expect(token[field]).toBeLessThanOrEqual(own[field]);
      }),
      { numRuns: 5000 },
    );
  });

  it('may be made by an owner of the hub as it is wished, and by the hub itself', () => {
    const owner: Principal = { kind: 'token', name: 'admin', tenant: 'default', role: 'owner' };
    fc.assert(
      fc.property(wanted, (what) => {
        for (const by of [owner, { kind: 'system' } as const])
          expect(made(by, what)).toMatchObject(clean(what));
      }),
    );
  });
});

function clean(what: WantedToken): object {
  return Object.fromEntries(Object.entries(what).filter(([, value]) => value !== undefined));
}
