/** A command that two processes of one hub are handed. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Commands } from '../../src/intake/commands/command.js';
import type { Arrival } from '../../src/intake/gate.js';
import { Notices } from '../../src/intake/notices.js';
import { Orders } from '../../src/intake/orders.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';

const home = new Home();
afterEach(() => {
  vi.useRealTimers();
  return home.dispose();
});

it('[telegram.1] of a plugin, and slow, is answered by the one that carries it out', async () => {
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  const platform = new Platform();
  const { store } = await home.carrier({ connectors: [platform], model: () => scriptedModel(() => '') });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const pay = vi.fn(async () => {
    await held;
    return { text: 'paid' };
  });
  const log = platform.host.log as never;
  const process = () => {
    const deliveries = { schedule: async () => {} } as never;
    const notices = new Notices({ ...store, deliveries, now: Date.now, log });
    const commands = { find: async () => ({ unrepeatable: true }), run: pay } as unknown as Commands;
    return new Orders({ ...store, notices, commands, alone: false, log });
  };
  const source = { ...platform.source('ann', 'p'), pull: true };
  const arrival = {
    message: { agentId: 'assistant', source, direct: true, author: { id: 'ann' } },
  } as Arrival;
  const obey = (orders: Orders) => orders.obey({ name: 'pay', args: '' }, arrival, true);

  const first = obey(process());
  await vi.waitFor(() => expect(pay).toHaveBeenCalled());
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: now + 20_000 });
  const second = obey(process());
  await new Promise((resolve) => setTimeout(resolve, 300));
  release();
  const told = (await Promise.all([first, second])).map(({ outcome }) => outcome.reply?.memory.content.text);
  expect(told).toEqual(['paid', 'paid']);
  expect(pay).toHaveBeenCalledTimes(1);
});
