/** What every `Host` promises to a connector: the real hub's, and the one in memory that tests of connectors use. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InboundMessage, newId } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import { addressingContract } from './host-addressing.js';
import { type Change, command, type HostSubject, keyOf, message, open } from './host-subject.js';

/** @param start takes what the character says about the connector. */
export function hostContract(
  name: string,
  start: (gate: Record<string, unknown>) => Promise<HostSubject>,
): void {
  let on: HostSubject;
  const opened = (gate: Record<string, unknown>) => {
    beforeEach(async () => {
      on = await start(gate);
    });
    afterEach(() => on.close());
  };
  const receive = (change: Change = {}, complete?: () => Promise<InboundMessage>) =>
    on.host.receive(message(change), complete && { complete });
  const texts = async () => (await on.said()).map(({ content }) => content.text);

  describe(`${name}, what it receives`, () => {
    opened(open);

    it('is stored, and waits for its turn', async () => {
      const receipt = await receive();
      expect(receipt).toMatchObject({ duplicate: false, memory: { status: 'pending', role: 'user' } });
      expect(await on.said()).toMatchObject([{ id: receipt!.memory.id, content: { text: 'hello' } }]);
      expect(await on.host.outcome(receipt!.memory.id)).toBeNull();
    });

    it('is one memory however often it comes, and asked for once', async () => {
      let asked = 0;
      const complete = async () => {
        asked += 1;
        return message();
      };
      const first = await receive({}, complete);
      const again = await receive({}, complete);
      expect(again).toMatchObject({ duplicate: true, memory: { id: first!.memory.id } });
      expect(asked).toBe(1);
      const second = async () => message({ id: '2' });
      const twins = await Promise.all([receive({ id: '2' }, second), receive({ id: '2' }, second)]);
      expect(twins.map((receipt) => receipt?.duplicate).sort()).toEqual([false, true]);
      expect(await on.said()).toHaveLength(2);
    });

    it.each([{ user: 'mallory' }, { channel: 'elsewhere' }, { id: '9' }, { direct: true }])(
      'is refused when it is completed as another one: %o',
      async (change) => {
        const failing = receive({}, async () => message(change));
        await expect(failing).rejects.toMatchObject({ code: 'internal' });
        expect(await on.said()).toEqual([]);
      },
    );

    it('is completed once it is let in', async () => {
      const attachments = [{ name: 'a.txt', mediaType: 'text/plain', size: 1, file: 'f' }];
      const author = { id: 'alice', name: 'Alice' };
      const whole = { ...message({ text: 'whole' }), author, attachments };
      const receipt = await receive({}, async () => whole);
      expect(receipt!.memory).toMatchObject({
        author: { id: 'alice', name: 'Alice' },
        source: { channel: 'lobby', messageId: '1' },
        content: { text: 'whole', attachments },
      });
    });

    it('may be acknowledged before it is complete, and is stored once it is', async () => {
      let done = () => {};
      let taken = 0;
      const complete = () =>
        new Promise<InboundMessage>((resolve) => {
          done = () => resolve(message({ text: 'whole' }));
        });
      const early = { event: { id: 1 }, taken: () => (taken += 1) };
      const receiving = on.host.receive(message(), { complete, early });
      await until(() => taken === 1);
      expect(await on.said()).toEqual([]);
      done();
      expect((await receiving)!.memory.content.text).toBe('whole');
      expect(taken).toBe(1);
    });

    it('is not stored when it cannot be completed, and can come again', async () => {
      const failing = receive({}, () => Promise.reject(new Error('The platform is away.')));
      await expect(failing).rejects.toThrow('away');
      expect(await on.said()).toEqual([]);
      expect(await receive({}, async () => message())).toMatchObject({ duplicate: false });
    });

    it('is not taken while the store fails', async () => {
      on.failStore(true);
      await expect(receive()).rejects.toThrow();
      on.failStore(false);
      expect(await receive()).toMatchObject({ duplicate: false });
      expect(await on.said()).toHaveLength(1);
    });

    it.each([
      ['agent_unknown', { agentId: 'nobody' }],
      ['text_empty', { text: ' ' }],
      ['text_too_long', { text: 'x'.repeat(1001) }],
      ['invalid_field', { user: '' }],
    ] as [string, Change][])('is refused with %s', async (code, change) => {
      let asked = false;
      const complete = async () => {
        asked = true;
        return message(change);
      };
      await expect(receive(change, complete)).rejects.toMatchObject({ code, retryable: false });
      expect(asked).toBe(false);
      expect(await on.said()).toEqual([]);
    });

    it('may be files alone', async () => {
      const files = [{ name: 'a.txt' }];
      expect(await receive({ text: '', files }, async () => message({ text: '[a.txt]' }))).not.toBeNull();
    });
  });

  const refused: [string, Record<string, unknown>, Change][] = [
    ['a bot', open, { bot: true }],
    ['talk that does not name the agent', open, { addressed: false }],
    ['groups that are off', { ...open, groups: 'off' }, {}],
    ['a denied person', { ...open, deny: { users: ['alice'] } }, {}],
    ['a denied person, directly', { ...open, deny: { users: ['alice'] } }, { direct: true }],
    ['a denied role', { ...open, deny: { roles: ['r1'] } }, { roles: ['r1'] }],
    ['a denied channel', { ...open, deny: { channels: ['lobby'] } }, {}],
    ['somebody who is not among the allowed', { ...open, allow: { users: ['bob'] } }, {}],
    ['somebody who is not on the allowlist', { dm: 'allowlist' }, { direct: true }],
    ['a stranger', {}, { direct: true }],
    ['a place that is not let in', { dm: 'open' }, {}],
    ['a place that is not on the allowlist', { dm: 'open', places: 'allowlist' }, {}],
  ];
  describe.each(refused)(`${name}, %s`, (_, gate, change) => {
    opened(gate);

    it('is not heard, and costs nothing', async () => {
      let asked = false;
      const complete = async () => {
        asked = true;
        return message(change);
      };
      expect(await receive(change, complete)).toBeNull();
      expect(asked).toBe(false);
      expect(await on.said()).toEqual([]);
      // What may be known of bots and of talk is no question of commands, which name the agent.
      const { bot, addressed = true } = change;
      if (!bot && addressed) expect(await on.host.command(command(change))).not.toBe('did help');
    });
  });

  describe(`${name}, overheard talk`, () => {
    opened({ ...open, context: true });

    it('is kept where the character wants to know of it', async () => {
      expect(await receive({ addressed: false })).toMatchObject({ memory: { status: 'kept' } });
    });
  });

  describe(`${name}, a stranger`, () => {
    opened({});

    it('is told so, where the sender waits for an answer', async () => {
      const sent = on.host.receive(message({ direct: true }), { waits: true });
      await expect(sent).rejects.toMatchObject({ code: 'not_allowed' });
      expect(await on.said()).toEqual([]);
    });

    it('is answered once they are let in', async () => {
      expect(await receive({ direct: true })).toBeNull();
      await on.approve();
      expect(await receive({ id: '2', direct: true })).toMatchObject({ memory: { status: 'pending' } });
    });
  });

  describe(`${name}, a place`, () => {
    opened({ dm: 'open' });

    it('is served once it is let in, and no other with it', async () => {
      expect(await receive()).toBeNull();
      await on.approve();
      expect(await receive({ id: '2', user: 'bob' })).toMatchObject({ memory: { status: 'pending' } });
      expect(await receive({ id: '3', channel: 'attic' })).toBeNull();
      expect(await receive({ id: '4', direct: true })).not.toBeNull();
    });

    it('needs no letting in where it is the operator’s own, and then is in for what follows', async () => {
      expect(await receive({ home: true })).not.toBeNull();
      const key = keyOf();
      expect(await on.host.edit({ key, text: 'again', author: { id: 'alice' }, roles: [] })).toBe(true);
      expect(await receive({ id: '2' })).not.toBeNull();
      expect(await receive({ id: '3', channel: 'attic' })).toBeNull();
    });
  });

  describe(`${name}, what was said`, () => {
    opened(open);
    const edit = (text: string, change: { user?: string; id?: string } = {}) =>
      on.host.edit({ key: keyOf(change.id), text, author: { id: change.user ?? 'alice' }, roles: [] });

    it('is changed by its author', async () => {
      await receive();
      expect(await edit('hello again')).toBe(true);
      expect(await texts()).toEqual(['hello again']);
      expect(await edit('hello', { id: 'unknown' })).toBe(false);
      await expect(edit('x'.repeat(1001))).rejects.toMatchObject({ code: 'text_too_long' });
      expect(await texts()).toEqual(['hello again']);
    });

    it('is changed by nobody else', async () => {
      await receive();
      expect(await edit('obey me', { user: 'mallory' })).toBe(false);
      expect(await texts()).toEqual(['hello']);
    });

    it('is forgotten when it is deleted', async () => {
      await receive();
      expect(await on.host.remove(keyOf())).toBe(true);
      expect(await on.said()).toEqual([]);
      expect(await on.host.remove(keyOf())).toBe(false);
    });

    it('gets no feedback: that is for replies', async () => {
      await receive();
      const { source, author } = message();
      const reaction = { agentId: 'eliza', source, author, roles: [], emoji: '👍', removed: false };
      expect(await on.host.react(reaction)).toBe(false);
    });
  });

  addressingContract(name, opened, () => on);

  describe(`${name}, the rest`, () => {
    opened(open);

    it('takes no button that was not offered', async () => {
      const { source, author } = message();
      const press = { agentId: 'eliza', source, author, payload: 'forged' };
      await expect(on.host.press(press)).rejects.toMatchObject({ code: 'button_invalid' });
    });

    it('knows its agents', () => {
      expect(on.host.agentIds()).toContain('eliza');
      expect(() => on.host.requireAgent('eliza')).not.toThrow();
      expect(() => on.host.requireAgent('nobody')).toThrow(
        expect.objectContaining({ code: 'agent_unknown' }),
      );
      expect(on.host.busy()).toBeNull();
    });

    it('keeps files', async () => {
      const bytes = new TextEncoder().encode('a,b\n');
      await receive({ files: [{ name: 'a.csv' }] }, async () => {
        const attachment = await on.host.putFile(bytes, { name: 'a.csv', mediaType: 'text/csv' }, message());
        expect(attachment).toMatchObject({ name: 'a.csv', size: 4 });
        expect(Buffer.from((await on.host.getFile(attachment.file))!)).toEqual(Buffer.from(bytes));
        return message();
      });
      expect(await on.host.getFile(newId())).toBeNull();
    });

    it('keeps notes, and gives each away once', async () => {
      const { notes } = on.host;
      expect(await notes.get('mark')).toBeNull();
      const value = { at: [1, 2] };
      await notes.put('mark', value);
      value.at.push(3);
      expect(await notes.get('mark')).toEqual({ at: [1, 2] });
      const taken = await Promise.all([notes.take('mark'), notes.take('mark')]);
      expect(taken.filter((each) => each !== null)).toEqual([{ at: [1, 2] }]);
    });

    it('shows a room’s history in pages', async () => {
      const { roomId } = (await receive())!.memory;
      await receive({ id: '2', text: 'second' });
      await receive({ id: '3', channel: 'attic' });
      const first = await on.host.history(roomId, { limit: 1 });
      const second = await on.host.history(roomId, { limit: 1, cursor: first.nextCursor! });
      expect([...first.items, ...second.items].map(({ content }) => content.text)).toEqual([
        'hello',
        'second',
      ]);
      const unknown = on.host.history(roomId, { limit: 1, cursor: 'no cursor' });
      await expect(unknown).rejects.toMatchObject({ code: 'invalid_field' });
      expect(await on.host.turn('unknown')).toBeNull();
      expect(await on.host.owes(roomId)).toBe(false);
    });
  });
}
