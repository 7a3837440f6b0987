/** What workers know of models that fail: left alone, tried again, told to operators. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.js';
import { FatalError, RetryableError } from '../../src/errors.js';
import type { LanguageModel } from '../../src/llm/llm.js';
import { FakeNotes } from '../../src/testing/notes.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { coolingWith } from '../support/cooling.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { type Provider, providers, refuses, says } from '../support/providers.js';
import { until } from '../support/until.js';

interface Recorded {
  passedOver: { model: string; code: string; message: string }[];
}

onBothStores('a model that fails again and again', (engines) => {
  let home: Home;
  let a: Provider;
  let b: Provider;
  let settings: Record<string, string>;
  /** How far the hub's clock is ahead of ours, in ms. */
  let ahead = 0;
  beforeEach(async () => {
    ahead = 0;
    home = new Home();
    const made = await providers(home, 'a', 'b');
    ({ a, b } = made);
    settings = { ...made.settings, ...engines() };
    b.answer = says('I am B.');
  });
  afterEach(() => home.dispose());

  const start = async (folder = 'data') => {
    const env = { ...settings, CARRIER_DATA_DIR: join(home.folder, folder) };
    const hub = await home.hub({ now: () => Date.now() + ahead }, env);
    const client = api(hub.url, hub.token.secret);
    let asked = 0;
    const ask = async () => {
      const { reply, turnId } = await client.send('assistant', { text: 'hello', userId: `u${asked++}` });
      return {
        text: reply!.text,
        record: (await (await client.get(`/assistant/turns/${turnId}`)).json()) as Recorded,
      };
    };
    return {
      hub,
      ask,
      ready: async () => (await (await client.get('/readyz')).json()) as { notes: string[] },
    };
  };

  it.each([
    ['500', refuses(500), 'model_unavailable'],
    ['429 without a time', refuses(429), 'model_unavailable'],
    ['a bad key', refuses(401), 'model_refused'],
    ['no credit', refuses(429, 'insufficient_quota'), 'model_refused'],
    ['no such model', refuses(404), 'model_refused'],
  ])('[act.36] is left alone after the third time, and the record says why: %s', async (_, answer, code) => {
    a.answer = answer;
    const { ask, ready } = await start();
    for (let i = 0; i < 5; i++) {
      const { text, record } = await ask();
      expect(text).toBe('I am B.');
      expect(record).toMatchObject({ model: 'b:m', passedOver: [{ model: 'a:m', code }] });
    }
    expect(a.received).toHaveLength(3);
    expect((await ask()).record.passedOver[0]!.message).toMatch(/^not asked before \d{4}-.*Z: /);
    expect((await ready()).notes).toContainEqual(expect.stringMatching(/^a model fails or is busy/));
  });

  it.each([
    ['a bad request', refuses(400), 'model_refused'],
    ['an empty answer', says(''), 'turn_failed'],
  ])('is asked every time where it may be what it was asked: %s', async (_, answer, code) => {
    a.answer = answer;
    const { ask } = await start();
    for (let i = 0; i < 5; i++) expect((await ask()).record.passedOver).toMatchObject([{ code }]);
    expect(a.received).toHaveLength(5);
  });

  it('is tried by one turn after a while, and asked as before once it has answered', async () => {
    a.answer = refuses(500);
    const { ask, ready } = await start();
    for (let i = 0; i < 4; i++) await ask();
    ahead += 31_000;
    await Promise.all([ask(), ask(), ask()]);
    expect(a.received).toHaveLength(4);
    // Twice as long.
    ahead += 29_000;
    await ask();
    expect(a.received).toHaveLength(4);
    ahead += 32_000;
    a.answer = says('I am A.');
    expect((await ask()).text).toBe('I am A.');
    const { text, record } = await ask();
    expect(text).toBe('I am A.');
    expect(record).not.toHaveProperty('passedOver');
    expect((await ready()).notes.join()).not.toContain('model');
  });

  it('[act.36] that asked for a time is known after a restart, too', async () => {
    a.answer = refuses(429, undefined, { 'retry-after-ms': '150000' });
    const first = await start();
    await first.ask();
    await first.hub.stop();
    a.answer = says('I am A.');
    const { ask } = await start();
    const { text, record } = await ask();
    expect(text).toBe('I am B.');
    expect(record.passedOver).toMatchObject([{ model: 'a:m', message: expect.stringContaining('429') }]);
    expect(a.received).toHaveLength(1);
    ahead += 160_000;
    expect((await ask()).text).toBe('I am A.');
  });

  it('[act.36] is known to the other processes, also to one that starts later', async ({ skip }) => {
    if (!settings.REDIS_URL) skip('one process');
    a.answer = refuses(500);
    const one = await start('one');
    const other = await start('other');
    const isKnown = async ({ ready }: typeof one) => (await ready()).notes.join().includes('a model fails');
    // Whoever has room answers; they count together.
    for (let i = 0; i < 10 && !(await isKnown(one)); i++) await (i % 2 ? other : one).ask();
    await until(() => isKnown(other));
    const asked = a.received.length;
    expect(asked).toBeLessThan(6);
    const later = await start('later');
    for (const { ask } of [one, other, later])
      for (let i = 0; i < 2; i++)
        expect((await ask()).record.passedOver).toMatchObject([
          { model: 'a:m', message: expect.stringMatching(/^not asked before/) },
        ]);
    expect(a.received).toHaveLength(asked);
    ahead += 31_000;
    a.answer = says('I am A.');
    expect((await later.ask()).text).toBe('I am A.');
    for (const hub of [one, other, later]) await until(async () => !(await isKnown(hub)));
    for (const { ask } of [one, other]) expect((await ask()).text).toBe('I am A.');
  });

  it('is tried at once by a hub of its own that starts: perhaps that was the mend', async ({ skip }) => {
    if (settings.REDIS_URL) skip('others are there');
    a.answer = refuses(500);
    const first = await start();
    for (let i = 0; i < 4; i++) await first.ask();
    await first.hub.stop();
    a.answer = says('I am A.');
    expect((await (await start()).ask()).text).toBe('I am A.');
  });

  it('is named by carrier doctor, and why', async () => {
    a.answer = refuses(500);
    const { ask, hub } = await start();
    for (let i = 0; i < 3; i++) await ask();
    await hub.stop();
    const { said } = await runDoctor(home, settings);
    expect(said).toMatch(/a:m is not asked before \d{4}-.*Z: .*500/);
    expect(said).not.toMatch(/b:m is not asked|sk-test/);
  }, 60_000);

  it('is asked all the same where every model is left alone', async () => {
    a.answer = refuses(500);
    b.answer = refuses(401);
    const { ask } = await start();
    const waiting = ask();
    // Tries of the turn that waits.
    await until(() => a.received.length >= 4 && b.received.length >= 4, 20_000);
    b.answer = says('I am B.');
    expect((await waiting).text).toBe('I am B.');
  });
});

describe('what is known of models', () => {
  const chain = ['a:m', 'b:m'].map((id) => ({ id })) as LanguageModel[];
  const order = (cooling: ReturnType<typeof coolingWith>) => cooling.order(chain).models.map(({ id }) => id);
  const away = new RetryableError('model_unavailable', 'down');

  it('is told to every process, and costs no look into the store for each message', async () => {
    const bus = new InProcessBus(() => {});
    const notes = new FakeNotes();
    let looks = 0;
    const counted = Object.assign(Object.create(notes), {
      list: (prefix: string) => {
        looks++;
        return notes.list(prefix);
      },
    }) as FakeNotes;
    const [one, other] = [coolingWith({ bus, notes: counted }), coolingWith({ bus, notes: counted })];
    for (let i = 0; i < 1000; i++) {
      await other.known();
      other.asking('a:m');
      other.answered('a:m');
    }
    expect(looks).toBe(1);
    expect(notes.held.size).toBe(0);
    for (let i = 0; i < 3; i++) one.failed('a:m', away);
    expect(order(other)).toEqual(['b:m', 'a:m']);
    await until(() => notes.held.size === 1);
  });

  it('is counted in all processes together', () => {
    const bus = new InProcessBus(() => {});
    const [one, other] = [coolingWith({ bus }), coolingWith({ bus })];
    for (const cooling of [one, other, one]) cooling.failed('a:m', away);
    expect([order(one), order(other)]).toEqual([
      ['b:m', 'a:m'],
      ['b:m', 'a:m'],
    ]);
    one.failed('b:m', away);
    other.answered('b:m');
    other.failed('b:m', away);
    other.failed('b:m', away);
    expect(order(other)).toEqual(['b:m', 'a:m']);
  });

  it('closes at once when a secret changes, in every process', async () => {
    const bus = new InProcessBus(() => {});
    const [one, other] = [coolingWith({ bus }), coolingWith({ bus })];
    const badKey = new FatalError('model_refused', 'no', { field: 'KEY' });
    for (let i = 0; i < 3; i++) one.failed('a:m', badKey);
    expect([order(one), order(other)]).toEqual([
      ['b:m', 'a:m'],
      ['b:m', 'a:m'],
    ]);
    bus.publish('secrets', { type: 'secret.changed', name: 'key' });
    expect([order(one), order(other)]).toEqual([
      ['a:m', 'b:m'],
      ['a:m', 'b:m'],
    ]);
  });

  it('is no worse for many turns that failed at once', async () => {
    let now = 0;
    const cooling = coolingWith({ now: () => now });
    for (let i = 0; i < 64; i++) cooling.failed('a:m', away);
    now = 31_000;
    expect(order(cooling)).toEqual(['a:m', 'b:m']);
    cooling.asking('a:m');
    expect(order(cooling)).toEqual(['b:m', 'a:m']);
  });

  it('is tried by another turn where the one that tried it never came back', async () => {
    let now = 0;
    const cooling = coolingWith({ now: () => now });
    for (let i = 0; i < 3; i++) cooling.failed('a:m', away);
    now = 31_000;
    cooling.asking('a:m');
    now = 92_000;
    expect(order(cooling)).toEqual(['a:m', 'b:m']);
  });

  it('takes what was left undone by a damaged note for nothing', async () => {
    const notes = new FakeNotes();
    await notes.put('cooling:a:m', { model: 5 });
    await notes.put('cooling:b:m', {
      model: 'b:m',
      code: 'c',
      message: 'm',
      until: 5000,
      from: 'a newer hub',
    });
    const cooling = coolingWith({ notes, now: () => 1000 });
    await cooling.known();
    expect(cooling.order([chain[1]!, chain[0]!]).models.map(({ id }) => id)).toEqual(['a:m', 'b:m']);
  });
});
