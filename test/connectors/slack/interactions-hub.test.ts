/** Commands, buttons and what nobody listens to on Slack: a real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { HubRig } from './hub-rig.js';

for (const http of [false, true]) {
  describe(`an interaction with the hub on Slack, ${http ? 'posted' : 'over a socket'}`, () => {
    let rig: HubRig;
    afterEach(() => rig.close());
    const open = async () => {
      rig = await HubRig.open({ http, server: { retriesMs: [] } });
      rig.hub.model.answer = 'Well.';
    };

    it('[slack.13] is acknowledged where nobody listens to it', async () => {
      await open();
      const { people, events, team, emit } = rig.slack;
      const envelope = { team_id: team.id, api_app_id: 'A0CARRIER', type: 'event_callback', event_id: 'Ev1' };
      for (const event of [
        { type: 'function_executed', function: { id: 'Fn1' }, inputs: {}, bot_access_token: 'xwfp-1' },
        { type: 'function_executed', function_execution_id: 'Fx1', function: { id: 'Fn1' }, inputs: {} },
        { type: 'assistant_thread_started', assistant_thread: { user_id: 'U0ALICE' } },
        { type: 'team_join', user: { id: 'U0NEW' } },
        {},
      ])
        expect((await events.once('events_api', { ...envelope, event })).acked, JSON.stringify(event)).toBe(
          true,
        );
      expect(await emit(team, { type: 'member_joined_channel', channel: 'C0LOBBY', user: 'U0BOB' })).toBe(
        true,
      );
      const about = {
        user: { id: 'U0ALICE' },
        team: { id: team.id },
        enterprise: null,
        is_enterprise_install: false,
      };
      for (const payload of [
        { type: 'shortcut', callback_id: 'x' },
        { type: 'message_action', callback_id: 'x', message: {}, channel: { id: 'C0LOBBY' } },
        { type: 'view_submission', view: { id: 'V1', callback_id: 'x' } },
        { type: 'view_closed', view: { id: 'V1', callback_id: 'x' } },
      ])
        expect(await people.interact('U0ALICE', 'C0LOBBY', { ...about, ...payload }), payload.type).toBe(
          true,
        );
    });

    it('[slack.13] is acknowledged where its message is seen by one person alone, or is none', async () => {
      await open();
      const { people, team } = rig.slack;
      const action = (id: string, value: string) => ({
        ...{ type: 'button', action_id: id, value, text: { type: 'plain_text', text: 'Go' } },
      });
      const shown = (id: string) => ({
        ...{ channel: 'C0LOBBY', user: 'U0ALICE', text: 'x' },
        blocks: [{ type: 'actions', elements: [action(id, 'forged')] }],
      });
      expect(await people.pressUnseen(shown('carrier:0'), 'Go')).toBe(true);
      expect(await people.pressUnseen(shown('other:0'), 'Go')).toBe(true);
      const about = { user: { id: 'U0ALICE' }, team: { id: team.id }, is_enterprise_install: false };
      const view = { type: 'view', view_id: 'V1' };
      const press = {
        type: 'block_actions',
        ...about,
        container: view,
        actions: [action('carrier:0', 'forged')],
      };
      expect(await people.interact('U0ALICE', 'C0LOBBY', press)).toBe(true);
    });

    it('[discord.6] confirms a command by the button that its answer has', async () => {
      await open();
      const { people, team } = rig.slack;
      for (const channel of ['D0ALICE', 'C0LOBBY']) {
        rig.say(`${rig.bot} remember me`, { channel });
        await until(() => rig.shown(channel).length === 1);
        expect(await people.command('U0ALICE', channel, '/carrier', 'forget')).toBe(true);
        await until(() => team.ephemerals.some((one) => one.channel === channel));
        const asked = team.ephemerals.find((one) => one.channel === channel)!;
        const row = asked.blocks!.find(({ type }) => type === 'actions')!;
        const [button] = row.elements as { text: { text: string } }[];
        expect(await people.pressUnseen(asked, button!.text.text)).toBe(true);
        await until(async () => (await rig.hub.memories()).every(({ source }) => source.channel !== channel));
        await until(
          () => team.ephemerals.filter((one) => one.channel === channel && !one.blocks).length === 1,
        );
      }
    });
  });
}
