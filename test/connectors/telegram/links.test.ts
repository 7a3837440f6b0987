/** Links of replies on Telegram: a real hub. */
import { afterEach, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
afterEach(() => rig.close());

it.each([
  [false, true],
  [true, false],
])('[security.18] get no preview unless the settings allow it (%s)', async (previews, isDisabled) => {
  rig = await startRig({ previews });
  rig.hub.model.answer = 'See https://evil.example/?q=secret';
  rig.ask('where?');
  await rig.said((all) => all.length === 1);
  const sent = rig.server.calls.filter(({ method }) => method === 'sendMessage');
  expect(sent).toHaveLength(1);
  expect(JSON.stringify(sent[0])).toMatch(/evil\.example/);
  expect(/"?is_disabled\\*"?:true/.test(JSON.stringify(sent[0]))).toBe(isDisabled);
});
