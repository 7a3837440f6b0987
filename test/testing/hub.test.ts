/** The hub that the connector contract runs on is the real one, driven by the test. */
import { afterEach, expect, it } from 'vitest';
import { TestHub, type TestHubOptions } from '../../src/testing/hub.js';
import { until } from '../support/until.js';
import { Desk } from './desk.js';

let hub: TestHub;
afterEach(() => hub.close());

async function open(options?: TestHubOptions): Promise<Desk> {
  const desk = new Desk();
  hub = await TestHub.open(() => desk, options);
  return desk;
}

it('answers as the test writes it, delta by delta, and takes an open turn up after a stop', async () => {
  const desk = await open({ gate: { dm: 'open' } });
  await desk.say('hello');
  const [question] = await hub.received();
  const said: string[] = [];
  await hub.seen.host.watch(question!.roomId, (event) => {
    if (event.type === 'text.delta') said.push(event.text);
  });
  const first = await hub.model.asked();
  expect(first.asked).toBe('hello');
  first.say('Once ');
  await until(() => said.join('') === 'Once ');
  await hub.stop();
  await hub.start();
  (await hub.model.asked()).end('Hello back.');
  await until(() => desk.texts.length > 0);
  expect(desk.texts).toEqual(['Hello back.']);
  expect((await hub.memories()).map(({ content }) => content.text)).toEqual(['hello', 'Hello back.']);
});

it('has the gate of a platform, and approves what an operator would', async () => {
  const desk = await open();
  hub.model.answer = 'Hello back.';
  expect(await desk.say('hello')).toBeNull();
  await until(() => desk.texts.length > 0);
  const [code] = await hub.codes();
  expect(desk.texts).toEqual([expect.stringContaining(code!)]);
  await hub.approve(code!);
  await desk.say('hello again');
  await until(() => desk.texts.includes('Hello back.'));
});

it('fails the store, and forgets a delivery, when it is told to', async () => {
  const desk = await open({ gate: { dm: 'open' } });
  hub.model.answer = 'Hello back.';
  hub.seen.beforeStore = () => Promise.reject(new Error('The disk is full.'));
  await expect(desk.say('hello')).rejects.toThrow('full');
  hub.seen.beforeStore = async () => {};
  hub.seen.forgetDeliveries = 1;
  await desk.say('hello');
  await until(() => desk.texts.length === 2);
  expect(new Set(desk.shown.map(({ id }) => id)).size).toBe(1);
  expect(hub.seen.calls.receive).toBe(2);
});
