/** What looks like a crash and is none, and what a stop takes along. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Carrier } from '../../src/carrier.js';
import { turnIdOf } from '../../src/core/turn.js';
import { defineAction } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', groups: 'always', places: 'open' } },
  });
});
afterEach(() => home.dispose());

it('a turn that outlasts four orderly stops is answered in the end', async () => {
  let held = true;
  let seen = 0;
  const model = scriptedModel(async (_, signal) => {
    seen++;
    if (held) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return 'I hear.';
  });
  const start = (): Promise<Carrier> => home.carrier({ connectors: [platform], model: () => model });
  let carrier = await start();
  await platform.say('alice', 'a long one');
  for (let times = 1; times <= 4; times++) {
    await until(() => seen === times);
    await carrier.stop(100);
    held = times < 4;
    carrier = await start();
  }
  expect(await platform.last(1)).toBe('I hear.');
});

it('a turn that is stopped by its id takes along neither what others say nor what was approved', async () => {
  const wired: number[] = [];
  const wire = defineAction({
    ...{ name: 'wire', description: 'Wires money.', parameters: z.object({ amount: z.number() }) },
    needsApproval: true,
    async run({ amount }) {
      wired.push(amount);
      return `wired ${amount}`;
    },
  });
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
    connectors: { telegram: { dm: 'open', groups: 'always', places: 'open' } },
  });
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const model = scriptedModel(async (request) => {
    const said = lastSaid(request);
    if (request.messages.at(-1)!.role === 'tool') return 'It is done.';
    if (said.includes('hold on')) await held;
    return said.includes('wire 50')
      ? { calls: [{ name: 'wire', arguments: '{"amount":50}' }] }
      : `echo ${said}`;
  });
  const plugins = [{ name: 'bank', actions: [wire] }];
  const carrier = await home.carrier({ connectors: [platform], model: () => model, plugins });
  const call: NonNullable<Carrier['operations']>['call'] = (...what) => carrier.operations!.call(...what);
  const waits = (await platform.say('dave', 'wire 50'))!;
  await platform.last(1);
  const asked = model.requests.length;
  const alice = (await platform.say('alice', 'hold on'))!;
  await until(() => model.requests.length > asked);
  await platform.say('bob', 'my question');
  const system = { kind: 'system' } as const;
  await call('turns.resume', { turnId: turnIdOf(waits.memory), approve: true }, system);
  await call('turns.stop', { turnId: turnIdOf(alice.memory) }, system);
  release();
  await until(() => platform.texts.length === 4);
  expect(platform.texts.slice(1)).toEqual(['Stopped.', 'echo bob: my question', 'It is done.']);
  expect(wired).toEqual([50]);
});
