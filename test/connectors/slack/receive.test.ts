import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/extension-api.js';
import { Rig } from './rig.js';

for (const http of [false, true]) {
  describe(`Slack messages, ${http ? 'posted' : 'over a socket'}`, () => {
    let rig: Rig;

    beforeEach(async () => {
      rig = await Rig.open({ http });
    });

    afterEach(() => rig.close());

    it('are one where a mention comes with its twin', async () => {
      const { memory, said } = await rig.tell(`${rig.bot} hello`);
      await rig.slack.people.announce(said);
      expect(rig.host.memories).toHaveLength(1);
      expect(memory).toMatchObject({
        content: { text: 'hello' },
        author: { id: 'U0ALICE', name: 'Alice' },
        source: { tenant: 'T0TEAM', channel: 'C0LOBBY', thread: said.ts, messageId: `C0LOBBY:${said.ts}` },
      });
      expect(rig.host.inbound[0]).toMatchObject({ addressed: true, direct: false });
    });

    it('come as mentions alone where the app hears no others', async () => {
      rig.slack.unsubscribed.add('message');
      expect((await rig.tell(`${rig.bot} hello`)).memory.content.text).toBe('hello');
    });

    it('that are given the agent’s name later are told again, since they were nobody’s before', async () => {
      const { said } = await rig.tell('what is two plus two?');
      rig.host.memories.length = 0;
      rig.host.receive = async (message) => {
        rig.host.inbound.push(message);
        return null;
      };
      await rig.slack.people.edit(said, `${rig.bot} what is two plus two?`);
      await rig.slack.people.announce(said);
      expect(rig.host.inbound.map(({ addressed }) => addressed)).toEqual([false, true]);
    });

    it('have people and channels by name', async () => {
      const text = `${rig.bot}: ask <@U0BOB> in <#C0ATTIC|> &amp; see <https://example.com|this>`;
      expect((await rig.tell(text)).memory.content.text).toBe(
        'ask @Bob in #attic & see this (https://example.com)',
      );
    });

    it('keep their ids where Slack does not tell names', async () => {
      rig.slack.faults.on('users.info', { status: 500, times: 9 });
      const { memory } = await rig.tell(`${rig.bot} ask <@U0BOB>`);
      expect(memory).toMatchObject({ content: { text: 'ask @U0BOB' }, author: { id: 'U0ALICE' } });
    });

    it('are direct in a conversation of two', async () => {
      const { memory } = await rig.tell('hello', { channel: 'D0ALICE' });
      expect(rig.host.inbound[0]).toMatchObject({ direct: true, addressed: true });
      expect(memory.source.thread).toBeUndefined();
    });

    it('are overheard where they are not for the agent', async () => {
      await rig.tell('lovely weather');
      expect(rig.host.inbound[0]).toMatchObject({ addressed: false });
      expect(rig.host.memories[0]!.source.thread).toBeUndefined();
    });

    it('belong to their thread, and say whom they address', async () => {
      const { said, memory } = await rig.tell(`${rig.bot} hello`);
      const more = await rig.tell('and you?', { threadTs: said.ts });
      expect(rig.host.inbound.at(-1)).toMatchObject({ addressed: false, threaded: true });
      expect(more.memory.roomId).toBe(memory.roomId);
      await rig.tell('<@U0BOB> what do you say?', { threadTs: said.ts });
      expect(rig.host.inbound.at(-1)).toMatchObject({ addressed: false, addressesAnother: true });
    });

    it('bring their files', async () => {
      const bytes = Buffer.from('a,b\n1,2\n');
      const { memory } = await rig.tell(`${rig.bot} sum this`, {
        files: [{ name: 'table.csv', mimetype: 'text/csv', bytes }],
      });
      const [attachment] = memory.content.attachments;
      expect(attachment).toMatchObject({ name: 'table.csv', mediaType: 'text/csv', size: bytes.length });
      expect(Buffer.from(rig.host.files.get(attachment!.file)!)).toEqual(bytes);
    });

    it('change when they are edited, and only then', async () => {
      const { said, memory } = await rig.tell(`${rig.bot} two plus two`);
      await rig.slack.people.unfurl(said);
      expect(memory.content.text).toBe('two plus two');
      await rig.slack.people.edit(said, `${rig.bot} two plus <@U0BOB>`);
      expect(memory.content.text).toBe('two plus @Bob');
      expect(rig.host.memories).toHaveLength(1);
    });

    it('are forgotten when they are deleted, with replies and without', async () => {
      const first = await rig.tell(`${rig.bot} one`);
      const second = await rig.tell(`${rig.bot} two`);
      await rig.deliver(rig.answer(second.memory, 'three'));
      await rig.slack.people.delete(first.said);
      await rig.slack.people.delete(second.said);
      expect(rig.host.memories.filter(({ role }) => role === 'user')).toEqual([]);
    });

    it('of our own and of the workspace itself are nobody’s', async () => {
      const { memory } = await rig.tell(`${rig.bot} hello`);
      await rig.deliver(rig.answer(memory, 'hello back'));
      const { team, emit } = rig.slack;
      const joined = {
        type: 'message',
        subtype: 'channel_join',
        channel: 'C0LOBBY',
        user: 'U0BOB',
        text: 'joined',
      };
      expect(await emit(team, { ...joined, ts: team.nextTs() })).toBe(true);
      expect(rig.host.memories.filter(({ role }) => role === 'user')).toHaveLength(1);
    });

    it('of other bots are marked as such, for the hub to drop', async () => {
      const { team, people } = rig.slack;
      team.addUser('U0ROBOT', 'Robot', true);
      await people.announce(
        team.add({ channel: 'C0LOBBY', user: 'U0ROBOT', botId: 'B0ROBOT', text: 'beep' }),
      );
      expect(rig.host.memories).toEqual([]);
      expect(rig.host.logged).toEqual([]);
    });

    it('that cannot be taken are answered once, to their sender alone', async () => {
      const { acked } = rig.say(`${rig.bot} ${'x'.repeat(2000)}`);
      expect(await acked).toBe(true);
      expect(rig.slack.team.ephemerals).toMatchObject([
        { user: 'U0ALICE', text: 'Sorry, I could not take that message. Say less.' },
      ]);
    });

    it('come again where they could not be stored', async () => {
      let tries = 0;
      rig.host.beforeStore = async () => {
        tries += 1;
        if (tries < 2) throw new RetryableError('store_unavailable', 'The disk is full.');
      };
      const { acked } = rig.say('hello', { channel: 'D0ALICE' });
      expect(await acked).toBe(true);
      expect(rig.host.memories).toHaveLength(1);
    });

    it('that are no messages do no harm', async () => {
      const { team, emit } = rig.slack;
      for (const event of [
        { type: 'message', channel: 'C0LOBBY', ts: 'yesterday', user: 'U0ALICE', text: 'x' },
        { type: 'message', channel: 'C0LOBBY', ts: team.nextTs(), user: 'U0ALICE', text: { not: 'text' } },
        { type: 'message', channel: 'C0LOBBY', subtype: 'message_changed', ts: team.nextTs(), message: 7 },
        {
          type: 'reaction_added',
          user: 'U0ALICE',
          reaction: 'x',
          item_user: 'U0BOT',
          item: { channel: 'C0LOBBY' },
        },
      ])
        expect(await emit(team, event)).toBe(true);
      expect(rig.host.memories).toEqual([]);
      expect((await rig.tell(`${rig.bot} still there?`)).memory.content.text).toBe('still there?');
    });

    it('get reactions, which are kept where they are for the agent', async () => {
      const { memory, said } = await rig.tell(`${rig.bot} hello`);
      const { messageIds } = await rig.deliver(rig.answer(memory, 'hello back'));
      const reply = rig.slack.team.ofApp()[0]!;
      await rig.slack.people.react(said, 'U0BOB', 'eyes');
      await rig.slack.people.react(reply, 'U0ALICE', '+1');
      await rig.slack.people.unreact(reply, 'U0ALICE', '+1');
      expect(rig.host.reactions).toMatchObject([
        { emoji: '+1', removed: false, author: { id: 'U0ALICE' }, source: { messageId: messageIds![0] } },
        { emoji: '+1', removed: true },
      ]);
    });
  });
}
