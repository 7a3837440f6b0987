/** Budgets on a whole hub: a cheaper model, a draft that is not written again, one person with two accounts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { CharacterDefinition } from '../../src/core/character.js';
import type { LanguageModel, ModelChunk } from '../../src/llm/llm.js';
import { definePlugin } from '../../src/plugin/plugin.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

const system = { kind: 'system' } as const;
let home: Home;
let beach: Platform;
let forest: Platform;
let carrier: Carrier;
beforeEach(() => {
  home = new Home();
  beach = new Platform('beach');
  forest = new Platform('forest');
});
afterEach(() => home.dispose());

/** Says its name, and has used so many tokens. */
function model(id: string, tokens: number, price?: LanguageModel['abilities']['price']): LanguageModel {
  return {
    id,
    abilities: { sees: false, hears: false, tools: true, ...(price && { price }) },
    async *stream(): AsyncGenerator<ModelChunk> {
      yield { type: 'text', text: `${id} says` };
      yield { type: 'end', finish: 'stop', usage: { inputTokens: tokens, outputTokens: 1 } };
    },
  };
}

const strict = definePlugin({
  name: 'strict',
  create: () => ({
    evaluators: [{ name: 'strict', judge: async () => ({ accept: false, advice: 'Say it better.' }) }],
  }),
});

async function start(models: LanguageModel[], more: Partial<CharacterDefinition>): Promise<void> {
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [], models: models.map(({ id }) => id), maxTokens: 200 },
    ...{ connectors: { beach: { dm: 'open' }, forest: { dm: 'open' } }, ...more },
  });
  carrier = await home.carrier({
    ...{ connectors: [beach, forest], plugins: [strict] },
    model: (ref) => models.find(({ id }) => id === ref)!,
  });
}

async function ask(platform: Platform, who: string): Promise<string> {
  const before = platform.shown.length;
  await platform.dm(who, `question ${before}`);
  await until(() => platform.shown.length > before);
  return platform.shown.at(-1)!.text;
}

const turns = async () => (await carrier.operations!.call('turns.list', {}, system)).turns;

it('[act.45] a model without a price is passed over, and a dear one once only a cheaper one can be paid', async () => {
  const dear = { input: 1000, output: 1000 };
  const cheap = { input: 0.01, output: 0.01 };
  await start([model('unknown:m', 10), model('dear:m', 1000, dear), model('cheap:m', 10, cheap)], {
    budget: { per: 'agent', usd: 1.5 },
  });
  expect(await ask(beach, 'ann')).toBe('dear:m says');
  expect(await ask(beach, 'ann')).toBe('cheap:m says');
  const [turn] = await turns();
  expect(turn!.passedOver?.map(({ model, code }) => [model, code])).toEqual([
    ['unknown:m', 'config_invalid'],
    ['dear:m', 'budget_spent'],
  ]);
});

it('what cannot be written once more is said as it was', async () => {
  await start([model('script:m', 4000)], { budget: { per: 'agent', tokens: 5000 }, plugins: ['strict'] });
  expect(await ask(beach, 'ann')).toBe('script:m says');
  expect(await ask(beach, 'ann')).toMatch(/^What I may spend today is used up/);
  expect(await turns()).toMatchObject([
    { status: 'done', model: null, error: null },
    { status: 'done', model: 'script:m', error: null },
  ]);
});

it('accounts that are linked share what their person has', async () => {
  await start([model('script:m', 1500)], { budget: { per: 'person', tokens: 2000 } });
  expect(await ask(beach, 'ann')).toBe('script:m says');
  expect(await ask(forest, 'anna')).toBe('script:m says');
  expect(await ask(forest, 'bob')).toBe('script:m says');
  const [account, other] = [
    { connector: 'beach', tenant: 'default', userId: 'ann' },
    { connector: 'forest', tenant: 'default', userId: 'carl' },
  ];
  await carrier.operations!.call('people.link', { account, other }, system);
  // Carl has spent nothing himself.
  expect(await ask(forest, 'carl')).toMatch(/^You have used up what you may ask me today\./);
  const { usage } = await carrier.operations!.call('usage.list', {}, system);
  expect(usage.map(({ userId, tokens, calls }) => [userId, tokens, calls]).sort()).toEqual([
    ['ann', 1501, 1],
    ['anna', 1501, 1],
    ['bob', 1501, 1],
  ]);
});
