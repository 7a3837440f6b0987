/** The permission matrix over real HTTP: every operation and route, each role, one's own things and others'. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../../../src/access/role.js';
import { calls } from './calls.js';
import { overHttp } from './expectations.js';
import { type Answered, type Json, Stage } from './stage.js';
import { type Fate, fateOf, linesOf } from './table.js';

const lines = linesOf(overHttp);

const codes: Record<number, string[]> = {
  403: ['permission_denied'],
  404: ['not_found', 'agent_unknown', 'pairing_unknown'],
};

/** By relation and role. */
type Fates = Record<string, Record<string, Fate | string>>;

let stage: Stage;
beforeAll(async () => {
  stage = new Stage();
  await stage.open();
}, 60_000);
afterAll(() => stage?.close());

function fate({ status, text, json }: Answered, shown: string | undefined): Fate | string {
  const isRefusal = codes[status]?.includes(json?.error.code);
  if (isRefusal) return status as Fate;
  if (status !== 200) return `${status} ${text}`;
  return shown === undefined || text.includes(shown) ? 'through' : 'none';
}

describe.each(lines)('$name, $by', ({ name, by, operation, cells }) => {
  const key = operation ? name : `${by}${name.slice(1)}`;
  const call = calls[key]!;

  it('[governed.6] lets through whom it should, and refuses everybody else', {
    timeout: 60_000,
  }, async () => {
    const [method = ''] = by.split(' ');
    const was: Fates = {};
    const expected: Fates = {};
    let thing: Json;
    let denied = 0;
    const since = new Date().toISOString();
    for (const [relation, cell] of Object.entries(cells)) {
      const found: Fates[string] = {};
      for (const role of roles) {
        thing ??= (await call.make?.(stage)) ?? {};
        const answered = await stage.ask(`${relation} ${role}`, method, call.ask(thing));
        found[role] = fate(answered, call.shows?.(thing));
        if (found[role] === 403 || found[role] === 404) denied += 1;
        else if (!call.shows) thing = undefined;
      }
      was[relation] = found;
      expected[relation] = Object.fromEntries(roles.map((role) => [role, fateOf(cell, role)]));
    }
    await call.end?.(stage);
    expect(was).toEqual(expected);
    // Each refusal is written down.
    if (operation) expect(await deniedOf(operation, since)).toBe(denied);
  });
});

/** How many calls of an operation were denied, by the audit log. */
async function deniedOf(operation: string, since: string): Promise<number> {
  const { rows } = await stage.get(`/audit?operation=${operation}&outcome=denied&since=${since}&limit=200`);
  return rows.length;
}
