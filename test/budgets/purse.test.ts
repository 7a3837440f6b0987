/** What one share of a budget allows, whoever asks and however a call ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { promptSize } from '../../src/budgets/prompt-size.js';
import { FatalError, RetryableError } from '../../src/errors.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { log, temporaryFolder } from '../store/folder.js';
import { agentOf, ann, ask, asking, saying, spendings, workerOn } from './workers.js';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const usage = { inputTokens: 60, outputTokens: 20 };
const likely = promptSize(asking()).likely;
const used = async () =>
  (await spendings(store)).map(({ tokens, reserved }) => [tokens, Object.keys(reserved).length]);

describe('a call', () => {
  it('is reserved before, and settled by what the provider says', async () => {
    const worker = workerOn(store, { budgets: [{ per: 'person', tokens: 1000 }] });
    let during: unknown;
    const wait = async () => {
      during = (await spendings(store)).map(({ tokens, reserved }) => [tokens, Object.values(reserved)]);
    };
    expect(await ask(worker, saying('hello', usage, { wait }))).toBe('hello');
    const most = promptSize(asking()).most + 100;
    expect(during).toEqual([[0, [expect.objectContaining({ tokens: most, likely: expect.anything() })]]]);
    expect(await used()).toEqual([[80, 0]]);
    expect(await spendings(store)).toMatchObject([{ calls: 1, estimated: 0, whose: ann, budget: 'person' }]);
  });

  it('costs nothing, and asks nothing of the store, where there is no budget', async () => {
    expect(
      workerOn(store, {}).of({ agent: agentOf(), source: { ...ann, channel: 'c' }, userId: 'a' }),
    ).toBeNull();
    const worker = workerOn(store, { budgets: [{ per: 'hub', tokens: 1, agent: 'bob' }] });
    expect(await ask(worker, saying('hello', usage))).toBe('hello');
    expect(await spendings(store)).toEqual([]);
  });

  it.each([
    ['the provider ends it', { fails: new RetryableError('model_unavailable', 'cut') }],
    ['the provider falls silent', { fails: new RetryableError('model_timeout', 'silent') }],
    ['it ends without a word of it', {}],
  ])('[act.43] before the usage was said is estimated, marked, and never free: %s', async (_, how) => {
    const worker = workerOn(store, { budgets: [{ per: 'agent', tokens: 10_000 }] });
    await ask(worker, saying('some words that were said', null, how));
    const [{ tokens, estimated, reserved } = { tokens: 0, estimated: 0, reserved: {} }] =
      await spendings(store);
    expect(tokens).toBeGreaterThan(likely);
    expect([estimated, reserved]).toEqual([tokens, {}]);
  });

  it('[act.43] that the person ends is charged at once, also of a model that hears of no signal', async () => {
    const worker = workerOn(store, { budgets: [{ per: 'agent', tokens: 10_000 }] });
    const stop = new AbortController();
    let going = () => {};
    const hanging = saying('some words', usage, { wait: () => new Promise((resolve) => (going = resolve)) });
    const asked = ask(worker, hanging, { signal: stop.signal });
    while (hanging.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('stopped'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await worker.ended();
    const [spent] = await spendings(store);
    expect(spent).toMatchObject({ reserved: {}, calls: 1 });
    expect(spent!.tokens).toBeGreaterThan(likely);
    expect(spent!.estimated).toBe(spent!.tokens);
    going();
    await asked;
    expect((await spendings(store))[0]!.tokens).toBe(spent!.tokens);
  });

  it.each([
    [{ inputTokens: 0, outputTokens: 0 }, 'neither'],
    [{ inputTokens: 0, outputTokens: 7 }, 'the prompt'],
    [{ inputTokens: 7, outputTokens: 0 }, 'the answer'],
  ])('[act.43] whose usage %j says too little is estimated', async (said) => {
    const worker = workerOn(store, { budgets: [{ per: 'agent', tokens: 10_000 }] });
    await ask(worker, saying('four words are said', said));
    const [spent] = await spendings(store);
    expect(spent!.tokens).toBeGreaterThan(said.inputTokens + said.outputTokens);
    expect(spent!.estimated).toBe(spent!.tokens);
  });

  it('that the provider refuses is free', async () => {
    const worker = workerOn(store, { budgets: [{ per: 'agent', tokens: 10_000 }] });
    for (const fails of [
      new FatalError('model_refused', 'bad key'),
      new RetryableError('model_unavailable', '429'),
      new FatalError('prompt_too_long', 'too long'),
    ])
      expect(await ask(worker, saying('', null, { fails }))).toBe(fails.message);
    expect(await spendings(store)).toMatchObject([{ tokens: 0, calls: 0, reserved: {} }]);
  });

  it('keeps its answer shorter where little is left, and is not begun where it would end in the middle', async () => {
    const worker = workerOn(store, { budgets: [{ per: 'agent', tokens: 1000 }] });
    const first = saying('a', { inputTokens: 100, outputTokens: 300 });
    await ask(worker, first, { request: asking('hi', 5000) });
    const second = saying('b', { inputTokens: 100, outputTokens: 300 });
    await ask(worker, second, { request: asking('hi', 5000) });
    expect(first.asked[0]!.maxTokens).toBe(1000 - likely);
    expect(second.asked[0]!.maxTokens).toBe(600 - likely);
    // 200 are left, and a call takes 400.
    expect(await ask(worker, second, { request: asking('hi', 5000) })).toContain('is used up');
    expect(second.asked).toHaveLength(1);
  });

  it('is told from when on there is something again', async () => {
    const now = () => Date.parse('2026-03-28T14:43:00Z');
    const budgets = [{ per: 'person', tokens: 1, timezone: 'Europe/Berlin' }];
    expect(await ask(workerOn(store, { budgets, now }), saying('a', usage))).toBe(
      'You have used up what you may ask me today. Please write again from 2026-03-29 00:00 (Europe/Berlin).',
    );
  });
});

describe('[act.46] a day', () => {
  it.each([
    ['2026-03-28T14:43:00Z', '2026-03-28T22:59:59Z', '2026-03-28T23:00:00Z'],
    ['2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'],
    ['2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'],
    ['2026-10-25T13:43:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'],
  ])(
    'in Berlin that is first used at %s lasts until %s, and opens again at %s',
    async (first, last, next) => {
      let now = first;
      const budgets = [{ per: 'agent', tokens: 200, timezone: 'Europe/Berlin' }];
      const worker = workerOn(store, { budgets, now: () => Date.parse(now) });
      const model = saying('yes', { inputTokens: 150, outputTokens: 20 });
      expect(await ask(worker, model)).toBe('yes');
      now = last;
      expect(await ask(worker, model)).toContain('is used up');
      now = next;
      expect(await ask(worker, model)).toBe('yes');
      expect(await used()).toEqual([
        [170, 0],
        [170, 0],
      ]);
    },
  );
});

describe('[act.45] a budget in money', () => {
  const budgets = [{ per: 'agent', usd: 0.01 }];
  const price = { input: 1, cached: 0.1, output: 4 };

  it('refuses a model whose price nobody knows, with the fix, and asks it nothing', async () => {
    const model = saying('a', usage);
    expect(await ask(workerOn(store, { budgets }), model)).toMatch(
      /^Nobody knows the price of script:one.*endpoints\.NAME\.models/,
    );
    expect(model.asked).toEqual([]);
    expect(await ask(workerOn(store, { budgets: [{ per: 'agent', tokens: 1000 }] }), model)).toBe('a');
  });

  it('[act.44] counts what was cached once', async () => {
    const said = { inputTokens: 10_000, cachedTokens: 8_000, outputTokens: 1_000 };
    await ask(workerOn(store, { budgets: [{ per: 'agent', usd: 1 }] }), saying('a', said, { price }));
    expect(await spendings(store)).toMatchObject([{ usd: expect.closeTo(0.0068, 10), tokens: 11_000 }]);
  });

  it('is kept, and leaves models that cost nothing', async () => {
    const worker = workerOn(store, { budgets });
    const model = saying('a', { inputTokens: 1000, outputTokens: 1000 }, { price });
    const request = asking('hi', 1000);
    expect(await ask(worker, model, { request })).toBe('a');
    expect(await ask(worker, model, { request })).toBe('a');
    expect(await ask(worker, model, { request })).toContain('is used up');
    expect(await spendings(store)).toMatchObject([{ usd: expect.closeTo(0.01, 10) }]);
  });

  it('leaves a free model, which costs none of it', async () => {
    const free = saying('a', usage, { price: { input: 0, output: 0 } });
    expect(await ask(workerOn(store, { budgets }), free)).toBe('a');
    expect(await spendings(store)).toMatchObject([{ usd: 0, tokens: 80 }]);
  });
});
