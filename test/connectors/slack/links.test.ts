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
