/** Budgets that several workers pay from, each with a store of its own where several may have one. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Account } from '../../src/access/account.js';
import { promptSize } from '../../src/budgets/prompt-size.js';
import type { Purses } from '../../src/budgets/purses.js';
import type { Store } from '../../src/store/store.js';
import { temporaryFolder } from '../store/folder.js';
import { onBothStores, openStore } from '../support/both-stores.js';
import { agentOf, ann, ask, asking, saying, spendings, type WorkerOptions, workerOn } from './workers.js';

const reserver = fileURLToPath(new URL('./reserver.mjs', import.meta.url));
const size = promptSize(asking());

onBothStores('budgets under several workers', (engines) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let place: Record<string, string>;
  let stores: Store[];
  beforeEach(() => {
    folder = temporaryFolder();
    place = engines();
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    folder.remove();
  });

  const open = async () => {
    const store = await openStore(folder.path, place);
    stores.push(store);
    return store;
  };
  const workers = async (options: WorkerOptions, count = 4): Promise<Purses[]> => {
    const opened = place.MONGODB_URL
      ? await Promise.all(Array.from({ length: count }, open))
      : [await open()];
    return Array.from({ length: count }, (_, at) => workerOn(opened[at % opened.length]!, options));
  };
  const total = async () => (await spendings(stores[0]!)).reduce((sum, { tokens }) => sum + tokens, 0);
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));

  it.each(['agent', 'person', 'place', 'hub'] as const)(
    '[act.41] lets one of eight first calls at once through where there is enough for one: per %s',
    async (per) => {
      // Each reserves 80 in the end, and there are 100.
      const maxTokens = 80 - size.most;
      const all = await workers({ budgets: [{ per, tokens: 100 }] });
      const model = saying('yes', { inputTokens: 50, outputTokens: 30 }, { wait: pause });
      const said = await Promise.all(
        Array.from({ length: 8 }, (_, at) => ask(all[at % 4]!, model, { request: asking('hi', maxTokens) })),
      );
      expect(said.filter((one) => one === 'yes')).toHaveLength(1);
      expect(said.filter((one) => /used up.*Please write again from/.test(one))).toHaveLength(7);
      expect(model.asked).toHaveLength(1);
      expect(await spendings(stores[0]!)).toMatchObject([{ tokens: 80, calls: 1, reserved: {} }]);
    },
  );

  it('keep a cap of many calls at once, and use most of it', async () => {
    const all = await workers({ budgets: [{ per: 'hub', tokens: 10_000 }] });
    const model = saying('yes', { inputTokens: size.most, outputTokens: 100 }, { wait: pause });
    const calls = Array.from({ length: 40 }, async (_, at) => {
      const account = { ...ann, userId: `p${at}` };
      let answers = 0;
      for (let i = 0; i < 5; i++)
        if ((await ask(all[at % 4]!, model, { account, request: asking('hi', 200) })) === 'yes') answers++;
      return answers;
    });
    const answers = (await Promise.all(calls)).reduce((sum, one) => sum + one, 0);
    const spent = await total();
    expect(spent).toBe(answers * (size.most + 100));
    expect(spent).toBeGreaterThan(9_500);
    expect(spent).toBeLessThanOrEqual(10_000);
    expect(await spendings(stores[0]!)).toMatchObject([{ calls: answers, reserved: {}, estimated: 0 }]);
  }, 30_000);

  it('[act.42] give back what a killed worker had reserved, when its lease is over, and nobody else’s', async () => {
    // A place where no day ends within the next hours.
    const ahead = Math.max(-12, 10 - new Date().getUTCHours());
    const timezone = `Etc/GMT${ahead < 0 ? '+' : '-'}${Math.abs(ahead)}`;
    const budgets = [{ per: 'hub', tokens: 10_000, timezone }];
    const { MONGODB_URL: url = '', CARRIER_MONGODB_DATABASE: database = '' } = place;
    const child = spawn(process.execPath, [
      ...[reserver, folder.path, url, database, JSON.stringify(budgets), String(5000 - size.most)],
    ]);
    let [said, failed] = ['', ''];
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    child.stderr.on('data', (bytes) => {
      failed += bytes;
    });
    await expect.poll(() => said + failed, { timeout: 10_000 }).toContain('reserved');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;

    let later = 0;
    const [one, other] = (await workers({ budgets, now: () => Date.now() + later }, 2)) as [Purses, Purses];
    const reserved = async () => Object.values((await spendings(stores[0]!))[0]!.reserved);
    expect(await reserved()).toEqual([expect.objectContaining({ tokens: 5000 })]);
    // It counts as long as its worker may live: a call that needs more than the other half is kept shorter.
    let going = () => {};
    const slow = saying(
      'yes',
      { inputTokens: 100, outputTokens: 100 },
      { wait: () => new Promise((go) => (going = go)) },
    );
    const alive = ask(one, slow, { request: asking('hi', 6000) });
    await expect.poll(() => slow.asked.length).toBe(1);
    expect(slow.asked[0]!.maxTokens).toBe(Math.floor((5000 - size.likely) / 4));
    later = 31_000;
    expect(await reserved()).toHaveLength(2);
    // One that lives is settled by its id, also when its lease was over.
    going();
    expect(await alive).toBe('yes');
    const last = saying('yes', { inputTokens: 100, outputTokens: 50 });
    expect(await ask(other, last, { request: asking('hi', 8000) })).toBe('yes');
    expect(last.asked[0]!.maxTokens).toBe(8000);
    expect((await spendings(stores[0]!))[0]!.tokens).toBe(350);
    expect(await reserved()).toHaveLength(1);
    // The provider has had its prompt: what that is likely to have cost is spent in the end.
    later = 2 * 3_600_000;
    await ask(other, last);
    const [spent] = await spendings(stores[0]!);
    expect(spent).toMatchObject({ reserved: {}, tokens: 500 + spent!.estimated });
    expect(spent!.estimated).toBeGreaterThan(0);
    expect(spent!.estimated).toBeLessThan(500);
  }, 30_000);

  it('are one for the linked accounts of a person, with what each has spent before', async () => {
    const other: Account = { connector: 'forest', tenant: 'default', userId: 'anna' };
    let linked: { account: Account }[] = [];
    const options = { budgets: [{ per: 'person', tokens: 1000 }], linkedWith: async () => linked };
    const [one, two] = (await workers(options, 2)) as [Purses, Purses];
    const model = (tokens: number) => saying('yes', { inputTokens: tokens - 1, outputTokens: 1 });
    const request = asking('hi', 100);
    await ask(one, model(400), { request });
    await ask(two, model(500), { request, account: other });
    linked = [{ account: ann }, { account: other }];
    // 100 are left, and calls take more.
    expect(await ask(two, model(2), { request, account: other })).toMatch(/^You have used up/);
    expect(await ask(one, model(2), { request })).toMatch(/^You have used up/);
    linked = [];
    expect(await ask(two, model(2), { request, account: other })).toBe('yes');
    linked = [{ account: ann }, { account: other }];
    expect(await ask(two, model(2), { request, account: other })).toMatch(/^You have used up/);
  });

  it('tell operators of 80 and of 100 percent, once each, whoever finds it', async () => {
    const told: [string, string, string][] = [];
    const agent = agentOf({ operatorsRoom: { connector: 'forest', channel: 'ops' } });
    const all = await workers({
      budgets: [{ per: 'hub', tokens: 1000 }],
      tell: async ({ source }, { text }, once) => void told.push([source.channel, text, once]),
    });
    const model = saying('yes', { inputTokens: 69, outputTokens: 1 });
    for (let i = 0; i < 20; i++) await ask(all[i % 4]!, model, { agent, request: asking('hi', 20) });
    await expect.poll(() => told.length).toBeGreaterThanOrEqual(2);
    expect(new Set(told.map(([, , once]) => once)).size).toBe(2);
    expect(told.map(([channel]) => channel)).toEqual(told.map(() => 'ops'));
    expect(told[0]![1]).toMatch(
      /^The budget "hub" has reached 80 % on \d{4}-\d\d-\d\d: 840 of 1,000 tokens\.$/,
    );
    expect(told.at(-1)![1]).toMatch(/^The budget "hub" is used up on/);
    const before = told.length;
    for (const worker of all) await ask(worker, model, { agent, request: asking('hi', 20) });
    await pause();
    expect(told).toHaveLength(before);
  });
});
