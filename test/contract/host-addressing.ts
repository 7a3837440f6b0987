/** What every `Host` promises of whom a message addresses, and of what comes again. */
import { describe, expect, it } from 'vitest';
import { type Change, command, type HostSubject, keyOf, message, open } from './host-subject.js';

export function addressingContract(
  name: string,
  opened: (gate: Record<string, unknown>) => void,
  on: () => HostSubject,
): void {
  const receive = (change: Change) => on().host.receive(message(change));
  const talk = { addressed: false } as const;
  const pending = { memory: { status: 'pending' } };

  describe(`${name}, a command in a message`, () => {
    opened({ ...open, groups: 'always' });

    it('is left alone where it names another account', async () => {
      expect(await receive({ text: '/help@other_bot', account: 'our_bot' })).toBeNull();
      expect(await receive({ text: '/help@other_bot', account: 'our_bot', direct: true })).toBeNull();
      expect(await on().said()).toEqual([]);
    });
  });

  describe(`${name}, talk in a group`, () => {
    opened(open);

    it('is addressed where it begins with a command that names the agent', async () => {
      const asked = { ...talk, text: '/ask@our_bot what is 2+2', account: 'Our_Bot' };
      expect(await receive(asked)).toMatchObject(pending);
      expect(await receive({ ...asked, id: '2', account: undefined })).toBeNull();
    });

    it('is the agent’s in a thread in which it was addressed, unless it is said to another', async () => {
      const thread = { threaded: true, thread: 't1' };
      expect(await receive({ ...talk, ...thread })).toBeNull();
      expect(await receive({ ...thread, id: '2' })).toMatchObject(pending);
      expect(await receive({ ...talk, ...thread, id: '3', user: 'bob' })).toMatchObject(pending);
      expect(await receive({ ...talk, ...thread, id: '4', addressesAnother: true })).toBeNull();
      expect(await receive({ ...talk, ...thread, id: '5', thread: 't2' })).toBeNull();
      expect(await receive({ ...talk, id: '6', thread: 't1' })).toBeNull();
    });
  });

  describe(`${name}, a thread where a mention is wanted`, () => {
    opened({ ...open, threads: 'mention' });

    it('is nobody’s', async () => {
      const thread = { threaded: true, thread: 't1' };
      expect(await receive(thread)).toMatchObject(pending);
      expect(await receive({ ...talk, ...thread, id: '2' })).toBeNull();
    });
  });

  describe(`${name}, kept talk`, () => {
    opened({ ...open, context: true });
    const edit = (addressed: boolean) =>
      on().host.edit({ key: keyOf(), text: 'and you?', author: { id: 'alice' }, roles: [], addressed });

    it('waits for an answer once an edit names the agent', async () => {
      const { memory } = (await receive(talk))!;
      expect(await edit(false)).toBe(true);
      expect(await on().said()).toMatchObject([{ id: memory.id, status: 'kept' }]);
      expect(await edit(true)).toBe(true);
      expect(await on().said()).toMatchObject([{ id: memory.id, content: { text: 'and you?' } }]);
      expect((await on().said())[0]!.status).not.toBe('kept');
    });
  });

  describe(`${name}, what comes again`, () => {
    opened(open);
    const remove = () => on().host.remove(keyOf());
    const copy = { id: '2', user: 'hook', bot: true, proxy: true, text: 'hello' };

    it('is not taken once it was forgotten', async () => {
      await receive({});
      await remove();
      expect(await receive({})).toBeNull();
      expect(await on().said()).toEqual([]);
    });

    it('as a webhook’s copy stands for the original, which may go', async () => {
      const { memory } = (await receive({ text: 'A: hello' }))!;
      expect(await receive(copy)).toMatchObject({ duplicate: true, memory: { id: memory.id } });
      expect(await remove()).toBe(true);
      expect(await on().said()).toMatchObject([{ id: memory.id }]);
      expect(await on().host.remove(keyOf('2'))).toBe(true);
      expect(await on().said()).toEqual([]);
    });

    it('as a webhook’s copy brings back an original that went first', async () => {
      const { memory } = (await receive({ text: 'A: hello' }))!;
      await remove();
      expect(await receive(copy)).toMatchObject({ memory: { id: memory.id, author: { id: 'alice' } } });
      expect(await on().said()).toMatchObject([{ id: memory.id }]);
    });

    it('as a webhook’s copy of nothing that was said is not taken', async () => {
      await receive({ text: 'something else' });
      expect(await receive(copy)).toBeNull();
    });

    it('is carried out once where it is a command with an id', async () => {
      const given = { ...command({}), id: 'call' };
      const [first, again] = [await on().host.command(given), await on().host.command(given)];
      expect(first).toMatchObject({ text: expect.any(String) });
      expect(again).toEqual(first);
    });
  });
}
