/** What settings and characters say of budgets and prices, and what is refused of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { budgetsOf } from '../../src/budgets/budget.js';
import { readConfigDefinition } from '../../src/config-file.js';
import { Character } from '../../src/core/character.js';
import { Home } from '../support/hub.js';
import { agentOf } from './workers.js';

const read = (config: object) => () => readConfigDefinition(config as never, '/x/carrier.config.json');
const refused = (message: string | RegExp) => ({
  code: 'config_invalid',
  message: expect.stringMatching(message),
});

describe('settings', () => {
  const priced = (price: object) => ({ endpoints: { a: { models: { m: { price } } } } });

  it.each([
    // For a token, where it is for a million; cents; somebody's typing error.
    [
      'too small',
      { input: 8e-6, output: 2 },
      /endpoints\.a\.models\.m\.price\.input: must be 0 or at least 0\.001/,
    ],
    [
      'too large',
      { input: 8, output: 8_000_000 },
      /price\.output: must be at most 2000: it is US dollars for a million/,
    ],
    ['negative', { input: -1, output: 2 }, /price\.input/],
    ['no number', { input: '8', output: 2 }, /price\.input/],
    ['half of it', { input: 8 }, /price\.output/],
    [
      'too small for what is cached',
      { input: 1, output: 2, cached: 1e-7 },
      /price\.cached: must be 0 or at least/,
    ],
  ])('[act.45] with a price that is %s are refused at the start', (_, price, message) => {
    expect(read(priced(price))).toThrow(expect.objectContaining(refused(message)));
  });

  it('[act.45] take a price of 0, and usual ones', () => {
    for (const price of [
      { input: 0, output: 0 },
      { input: 150, output: 600 },
      { input: 0.02, output: 0.04, cached: 0.005 },
    ])
      expect(read(priced(price))).not.toThrow();
  });

  it.each([
    ['no amount', [{ per: 'hub' }], /budgets\.0: needs `tokens` or `usd`/],
    ['nothing to spend', [{ per: 'hub', tokens: 0 }], /budgets\.0\.tokens/],
    ['no share', [{ tokens: 5 }], /budgets\.0\.per/],
    ['an unknown share', [{ per: 'room', tokens: 5 }], /budgets\.0\.per/],
    [
      'a time zone that there is not',
      [{ per: 'hub', usd: 1, timezone: 'Europe/Berln' }],
      /timezone: there is no time zone "Europe\/Berln".*Europe\/Berlin/,
    ],
    ['an offset', [{ per: 'hub', usd: 1, timezone: '+02:00' }], /there is no time zone/],
    [
      'one name twice',
      [
        { per: 'hub', usd: 1 },
        { per: 'hub', tokens: 5 },
      ],
      /budgets\.1\.name: another budget is called "hub"/,
    ],
    ['a field of no meaning', [{ per: 'hub', usd: 1, token: 5 }], /token/],
  ])('with a budget of %s are refused', (_, budgets, message) => {
    expect(read({ budgets })).toThrow(expect.objectContaining(refused(message)));
  });

  it('are all that concern an agent, under names that are nobody else’s', () => {
    const { budgets } = read({
      budgets: [
        { per: 'hub', usd: 20, timezone: 'Europe/Berlin' },
        { per: 'person', tokens: 5 },
        { per: 'person', tokens: 7, agent: 'ada' },
        { name: 'of-bob', per: 'agent', tokens: 9, agent: 'bob' },
      ],
    })();
    const ada = agentOf({ budget: [{ per: 'person', tokens: 1 }, { usd: 2 }] });
    expect(budgetsOf(ada, budgets).map(({ name, per }) => [name, per])).toEqual([
      ['hub', 'hub'],
      ['person', 'person'],
      ['person-of-ada', 'person'],
      ['ada.person', 'person'],
      ['ada.agent', 'agent'],
    ]);
    expect(budgetsOf(ada, budgets)[0]).toMatchObject({ caps: { usd: 20 }, timezone: 'Europe/Berlin' });
  });

  it('of a character are one budget or several, and never the whole hub’s', () => {
    const character = (budget: unknown) => Character.safeParse({ name: 'A', bio: '.', budget });
    expect(character({ tokens: 5 }).data!.budget).toEqual([{ per: 'agent', tokens: 5, timezone: 'UTC' }]);
    expect(character([{ tokens: 5 }, { per: 'place', usd: 1 }]).data!.budget).toHaveLength(2);
    for (const wrong of [{ per: 'hub', tokens: 5 }, {}, [{ tokens: 5 }, { usd: 1 }], { tokens: 1.5 }, 5])
      expect(character(wrong).success, JSON.stringify(wrong)).toBe(false);
  });
});

describe('a hub', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  it('[act.45] says at its start which models a budget in money cannot pay, and which agent there is not', async () => {
    const path = join(home.folder, 'carrier.config.json');
    const endpoint = { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'env:TEST_KEY' };
    const models = { free: { price: { input: 0, output: 0 } }, unknown: {} };
    const budgets = [
      { per: 'person', usd: 1 },
      { per: 'hub', tokens: 5, agent: 'assistent' },
    ];
    writeFileSync(
      path,
      JSON.stringify({
        endpoints: { a: { ...endpoint, models } },
        models: ['a:free', 'a:unknown', 'offline'],
        budgets,
      }),
    );
    const carrier = await home.carrier({}, { CARRIER_CONFIG: path, TEST_KEY: 'sk-test-abcdefghijklmnop' });
    await expect
      .poll(() => carrier.problems(), { timeout: 10_000 })
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            agentId: null,
            field: 'budgets.1.agent',
            message: expect.stringContaining('assistant'),
          }),
          expect.objectContaining({
            agentId: 'assistant',
            field: 'models',
            message: expect.stringContaining('"a:unknown" is not known'),
          }),
        ]),
      );
    expect(carrier.problems().filter(({ field }) => field === 'models')).toHaveLength(1);
  });
});
