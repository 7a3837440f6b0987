/** What `/readyz` says while Slack is away: a real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

for (const http of [false, true]) {
  describe(`readiness where Slack is away, ${http ? 'posted' : 'over a socket'}`, () => {
    let rig: HubRig;
    afterEach(() => rig.close());
    const health = async () => {
      const answer = await fetch(`${rig.hub.url}/readyz`);
      const { connections } = (await answer.json()) as { connections: Record<string, string> };
      return Object.values(connections).join();
    };

    it.each([
      ['answers with errors', { status: 503 }],
      ['answers with a page', { page: '<html>Bad gateway</html>' }],
      ['drops every call', { drop: true }],
    ])('[slack.15] is named, and that it is back: it %s', async (_, fault) => {
      rig = await HubRig.open({ http });
      await until(async () => (await health()) === 'ok');
      rig.slack.faults.on('*', { ...fault, times: 100_000 });
      await until(async () => /Slack/.test(await health()));
      rig.slack.faults.clear();
      await until(async () => (await health()) === 'ok');
    });

    it('[slack.15] is told as of now, however long nobody has looked', async () => {
      rig = await HubRig.open({ http, connector: { streaming: false } });
      await until(async () => (await health()) === 'ok');
      const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));
      rig.slack.faults.on('*', { status: 503, times: 100_000 });
      await pause();
      expect(await health()).toMatch(/Slack/);
      rig.slack.faults.clear();
      await pause();
      expect(await health()).toBe('ok');
    });

    it('[slack.15] is not named for a refusal or a limit: Slack answers then', async () => {
      rig = await HubRig.open({ http, connector: { streaming: false } });
      rig.slack.faults.on('chat.postMessage', { error: 'restricted_action', times: 50 });
      rig.slack.faults.on('users.info', { status: 429, retryAfter: 1 });
      rig.hub.model.answer = 'Well.';
      rig.say(`${rig.bot} hello`);
      await until(() => rig.hub.seen.deliveries.length > 0);
      expect(await health()).toBe('ok');
    });
  });
}
