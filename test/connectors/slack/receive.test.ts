import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../../src/extension-api.js';
import { until } from '../../support/until.js';
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

    it('belong to the agent’s thread once it has spoken there', async () => {
      const { said, memory } = await rig.tell(`${rig.bot} hello`);
      await rig.deliver(rig.answer(memory, 'hello back'));
      const more = await rig.tell('and you?', { threadTs: said.ts });
      expect(rig.host.inbound.at(-1)).toMatchObject({ addressed: true });
      expect(more.memory.roomId).toBe(memory.roomId);
      await rig.tell('<@U0BOB> what do you say?', { threadTs: said.ts });
      expect(rig.host.inbound.at(-1)).toMatchObject({ addressed: false });
    });

    it('that share another one quote it', async () => {
      const shared = {
        is_share: true,
        author_name: 'Bob',
        text: 'rain &amp; wind',
        channel_id: 'C0ATTIC',
        ts: '1.000001',
      };
      await rig.tell(`${rig.bot} is that so?`, { attachments: [shared] });
      expect(rig.host.inbound[0]).toMatchObject({
        quote: { author: 'Bob', text: 'rain & wind' },
        replyTo: 'C0ATTIC:1.000001',
      });
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
      let resolve = (_: string) => {};
      rig.host.command = () => new Promise((done) => (resolve = done));
      expect(await rig.slack.people.command('U0ALICE', 'C0LOBBY', '/carrier', 'forget')).toBe(true);
      expect(rig.slack.team.ephemerals).toEqual([]);
      resolve('<done> & gone');
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

describe('Slack files', () => {
  const file = { name: 'big.bin', mimetype: 'application/octet-stream', bytes: Buffer.alloc(5000) };
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.open({ connector: { maxFileBytes: 4096 } });
  });

  afterEach(() => rig.close());

  it('that are too large are named, and not fetched', async () => {
    const { memory } = await rig.tell(`${rig.bot} look`, { files: [file] });
    expect(memory.content.text).toBe('look\n[The file big.bin could not be read: it is larger than 4 KB]');
    expect(rig.host.files.size).toBe(0);
  });

  it('are cut off where they are larger than announced', async () => {
    const { message, acked } = rig.say(`${rig.bot} look`, { files: [{ ...file, bytes: Buffer.alloc(100) }] });
    message.files[0]!.bytes = Buffer.alloc(100_000);
    await acked;
    expect(rig.host.memories[0]!.content.text).toContain('larger than 4 KB');
  });

  it('come after a while of failures', async () => {
    rig.slack.faults.on('download', { status: 502, times: 2 });
    const small = { ...file, bytes: Buffer.from('x') };
    expect((await rig.tell(`${rig.bot} look`, { files: [small] })).memory.content.attachments).toHaveLength(
      1,
    );
  });

  it('need their scope, and a page to sign in is none', async () => {
    rig.slack.bot.scopes = rig.slack.bot.scopes.filter((scope) => scope !== 'files:read');
    const { memory } = await rig.tell(`${rig.bot} look`, { files: [{ ...file, bytes: Buffer.from('x') }] });
    expect(memory.content.text).toContain('files:read');
  });

  it('outside of Slack are not fetched, and the token goes nowhere', async () => {
    const { team, emit } = rig.slack;
    const elsewhere = await Rig.open();
    const outside = {
      id: 'F1',
      name: 'x.txt',
      mode: 'hosted',
      url_private: `${elsewhere.slack.url}/files-pri/F1/x.txt`,
    };
    const event = { type: 'message', channel: 'D0ALICE', user: 'U0ALICE', text: 'look', files: [outside] };
    await emit(team, { ...event, ts: team.nextTs() });
    await elsewhere.close();
    expect(rig.host.memories[0]!.content.text).toContain('not on one of Slack’s servers');
  });
});
