/** Stopping an answer on Slack: a real hub. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

describe('an answer on Slack that is stopped while it is written', () => {
  let rig: HubRig;
  beforeEach(async () => {
    rig = await HubRig.open();
  });
  afterEach(() => rig.close());

  it.each(['C0LOBBY', 'D0ALICE'])('[slack.12] says so once: %s', async (channel) => {
    const { message } = rig.say(`${rig.bot} tell me`, { channel });
    (await rig.hub.model.asked()).say('It begins like this, ');
    await until(() => rig.shown(channel).length === 1);
    const thread = channel === 'C0LOBBY' ? { threadTs: message.ts } : {};
    await rig.say(`${rig.bot} /stop`, { channel, ...thread }).acked;
    await until(() => /stopp/i.test(rig.shown(channel).join()));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(rig.shown(channel).join('\n').match(/stopp/gi)).toHaveLength(1);
  });
});
