/** Links of replies as people on Slack see them: a real hub. */
import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

let rig: HubRig;
afterEach(() => rig.close());

it('[slack.11] [security.18] keep their address, in a text and in a table, and get no preview', async () => {
  rig = await HubRig.open({ connector: { streaming: false } });
  rig.hub.model.answer =
    'Read <https://x.example/doc|the document>.\n\n| what | where |\n|---|---|\n| plan | [here](https://y.example/plan) |';
  rig.say('where?', { channel: 'D0ALICE' });
  await until(() => rig.shown('D0ALICE').join('\n').includes('y.example'));
  const shown = rig.shown('D0ALICE').join('\n');
  expect(shown).toContain('<https://x.example/doc|the document>');
  expect(shown).toContain('https://y.example/plan');
  expect(shown).not.toContain('&lt;https');
  const messages = rig.slack.team.ofApp('D0ALICE');
  expect(messages.every(({ unfurls }) => unfurls === false)).toBe(true);
});

it.each([
  '![x](https://evil.example/p?q=1)',
  '[a](evil.example/p)',
  '<img src="//evil.example/p">',
  'www.evil.example/p',
])('[act.55] are no part of a stream, which cannot be told to show no previews: %s', async (link) => {
  rig = await HubRig.open();
  rig.say(`${rig.bot} tell me`);
  const draft = (await rig.hub.model.asked()).say('First of all, I say this. ');
  const newest = () => rig.slack.team.ofApp().at(-1);
  await until(() => newest()?.text.includes('First of all') === true);
  expect(newest()!.streaming).toBe(true);
  draft.say(`${link} is what I mean by that. `);
  await until(() => rig.shown().at(-1)!.includes('what I mean'));
  expect(newest()!.streaming).toBe(false);
  draft.end('The end.');
  await until(() => rig.shown().at(-1)!.includes('The end.'));
  expect(rig.shown()).toHaveLength(1);
});
