/** Who is let in without their roles being looked up: most messages need none. */
import { expect, it } from 'vitest';
import type { TokenHolder } from '../../src/access/principal.js';
import type { Grant } from '../../src/access/role.js';
import type { Agent } from '../../src/core/character.js';
import { ConnectorsSettings, settingsFor } from '../../src/core/connector-settings.js';
import { direct } from '../../src/intake/direct.js';
import { type Arrival, type Checked, judge } from '../../src/intake/gate.js';
import { rolesBy } from '../../src/intake/grants.js';
import { groups } from '../../src/intake/groups.js';
import { lists } from '../../src/intake/lists.js';
import { places } from '../../src/intake/places.js';

const looked: string[] = [];
const roles = {
  isAtLeast(_: Arrival, least: string) {
    looked.push(least);
    return false;
  },
};
const said = (gate: object, message: Partial<Checked> = {}, from?: TokenHolder): Arrival => {
  const character = { connectors: ConnectorsSettings.parse({ chat: gate }) } as Agent['character'];
  const source = { connector: 'chat', tenant: 'T', channel: 'C', messageId: 'm' };
  const usual = {
    agentId: 'ada',
    source,
    direct: false,
    addressed: true,
    author: { id: 'ann' },
    text: 'hi',
    roles: [],
  };
  return {
    message: { ...usual, home: false, parts: [], files: [], attachments: [], ...message } as Checked,
    agent: { id: 'ada', character },
    settings: settingsFor(character, 'chat'),
    from,
  };
};
const known = {
  ...{ roles, served: { wait: async () => {} } },
  places: { isIn: async () => true, ask: async () => 'CODE' },
} as unknown as Parameters<typeof places>[1];
const threads = { isOurs: async () => false };
const gate = [
  lists(roles),
  direct({ ask: async () => null }, roles),
  places(groups({ maxTextChars: 100 }, threads), known),
];
const judged = async (arrival: Arrival) => {
  looked.length = 0;
  return [(await judge(gate, arrival)).kind, ...looked];
};

it('asks for roles only where they decide', async () => {
  expect(await judged(said({ places: 'open' }))).toEqual(['pass']);
  expect(await judged(said({ allow: { users: ['ann'], channels: ['C'], tenants: ['T'] } }))).toEqual([
    'pass',
  ]);
  expect(await judged(said({ groups: 'off' }))).toEqual(['drop']);
  expect(await judged(said({ dm: 'open' }, { direct: true }))).toEqual(['pass']);
  expect(await judged(said({ allow: { users: ['ann'] } }, { direct: true }))).toEqual(['pass']);
  expect(await judged(said({ deny: { users: ['ann'] } }))).toEqual(['drop']);
  expect(await judged(said({ allow: { users: ['bob'] } }))).toEqual(['drop', 'operator']);
  expect(await judged(said({ allow: { channels: ['D'] } }))).toEqual(['drop', 'operator']);
  expect(await judged(said({ dm: 'allowlist' }, { direct: true }))).toEqual(['drop', 'operator']);
  expect(await judged(said({ dm: 'pairing' }, { direct: true }))).toEqual(['drop', 'member']);
});

it('looks nothing up for who is listed or paired, and lets no token give its own role to whom it names', async () => {
  let asked = 0;
  let held: Grant[] = [];
  const standing = {
    async of() {
      asked++;
      return { grants: held, unknown: [] };
    },
  };
  let paired = false;
  const { isAtLeast, of } = rolesBy(standing, { isPaired: async () => paired });
  expect(isAtLeast(said({ operators: ['ann'] }), 'operator')).toBe(true);
  paired = true;
  expect(await isAtLeast(said({}), 'member')).toBe(true);
  expect(asked).toBe(0);
  expect(await isAtLeast(said({}), 'operator')).toBe(false);
  paired = false;
  held = [{ role: 'owner', level: {} }];
  expect(await isAtLeast(said({}), 'operator')).toBe(true);
  const app: TokenHolder = { name: 'app', tenant: 'default', role: 'member' };
  expect(await isAtLeast(said({}, {}, app), 'operator')).toBe(false);
  held = [];
  const keeper: TokenHolder = { ...app, role: 'owner' };
  expect(await isAtLeast(said({}, {}, keeper), 'member')).toBe(false);
  expect(await of(said({}, {}, keeper))).toMatchObject([{ role: 'owner', level: {} }]);
});
