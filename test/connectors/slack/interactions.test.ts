import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
import { Rig } from './rig.js';

for (const http of [false, true]) {
  describe(`Slack commands and buttons, ${http ? 'posted' : 'over a socket'}`, () => {
    let rig: Rig;

    beforeEach(async () => {
      rig = await Rig.open({ http });
    });

    afterEach(() => rig.close());

    it('answer commands to the one who gives them', async () => {
      expect(await rig.slack.people.command('U0ALICE', 'C0LOBBY', '/carrier', ' Status now ')).toBe(true);
      await rig.slack.people.command('U0ALICE', 'D0ALICE', '/carrier');
      await rig.slack.people.command('U0ALICE', 'D0ALICE', '/new');
      expect(rig.host.commands.map(({ name, args, direct }) => [name, args, direct])).toEqual([
        ['status', 'now', false],
        ['help', '', true],
        ['new', '', true],
      ]);
      expect(rig.slack.team.ephemerals.map(({ user, text }) => [user, text])).toEqual([
        ['U0ALICE', 'did status'],
        ['U0ALICE', 'did help'],
        ['U0ALICE', 'did new'],
      ]);
    });

    it('let a command reach the thread its giver last spoke in', async () => {
      const { memory } = await rig.tell(`${rig.bot} hello`);
      await rig.slack.people.command('U0ALICE', 'C0LOBBY', '/carrier', 'stop');
      await rig.slack.people.command('U0BOB', 'C0LOBBY', '/carrier', 'stop');
      expect(rig.host.commands.map(({ source }) => source.thread)).toEqual([memory.source.thread, undefined]);
    });

    it('answer a slow command later', async () => {
      let resolve = (_: { text: string }) => {};
      rig.host.command = () => new Promise((done) => (resolve = done));
      expect(await rig.slack.people.command('U0ALICE', 'C0LOBBY', '/carrier', 'forget')).toBe(true);
      expect(rig.slack.team.ephemerals).toEqual([]);
      resolve({ text: '<done> & gone' });
      await until(() => rig.slack.team.ephemerals.length === 1);
      expect(rig.slack.team.ephemerals[0]!.text).toBe('&lt;done&gt; &amp; gone');
    });

    it('take buttons once, and show what was chosen', async () => {
      const { memory } = await rig.tell(`${rig.bot} may I?`);
      const buttons = [
        { label: 'Allow', payload: 'signed:1', style: 'primary' as const },
        { label: 'Deny', payload: 'signed:2' },
      ];
      await rig.deliver(rig.answer(memory, 'Shall I?', { buttons }));
      const [reply] = rig.slack.team.ofApp();
      expect(await rig.slack.people.press(reply!, 'U0BOB', 'Allow')).toBe(true);
      await until(() => reply!.edited !== undefined);
      expect(rig.host.presses).toMatchObject([
        { payload: 'signed:1', author: { id: 'U0BOB' }, source: { messageId: `C0LOBBY:${reply!.ts}` } },
      ]);
      expect(reply!.blocks!.map(({ type }) => type)).toEqual(['section', 'context']);
      expect(JSON.stringify(reply!.blocks)).toContain('✓ Allow (Bob)');
      expect(rig.slack.team.ephemerals).toMatchObject([{ user: 'U0BOB', text: 'Noted.' }]);
    });

    it('say why a button is not taken, and leave it', async () => {
      rig.host.press = async () => {
        throw new FatalError('invalid_field', 'This button is no longer valid.');
      };
      const { memory } = await rig.tell(`${rig.bot} may I?`);
      await rig.deliver(rig.answer(memory, 'Shall I?', { buttons: [{ label: 'Allow', payload: 'forged' }] }));
      const [reply] = rig.slack.team.ofApp();
      await rig.slack.people.press(reply!, 'U0BOB', 'Allow');
      await until(() => rig.slack.team.ephemerals.length === 1);
      expect(rig.slack.team.ephemerals[0]!.text).toBe('This button is no longer valid.');
      expect(reply!.edited).toBeUndefined();
    });
  });
}
