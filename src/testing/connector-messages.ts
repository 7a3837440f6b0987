/** The connector contract: what comes from the platform. */
import { describe, expect, it, vi } from 'vitest';
import { RetryableError } from '../extension-api.js';
import { message, openGate, patience, plan, type Stage, soon } from './connector-stage.js';

export function messagesContract(on: Stage): void {
  describe('messages', () => {
    on.prepare(openGate);

    it('stores a message, then acknowledges it', async () => {
      const { hub, platform } = on;
      let store: (() => void) | undefined;
      hub.seen.beforeStore = () => new Promise((resolve) => (store = resolve));
      let acknowledged = false;
      const sent = platform.send(message()).then((ack) => (acknowledged = ack));
      await vi.waitUntil(() => store !== undefined, patience);
      await soon();
      expect(acknowledged).toBe(false);
      store?.();
      expect(await sent).toBe(true);
      expect(await on.said()).toMatchObject([
        { content: { text: 'hello' }, source: { connector: platform.connector.name } },
      ]);
    });

    it('does not acknowledge what could not be stored', async () => {
      const { hub, platform } = on;
      hub.seen.beforeStore = () =>
        Promise.reject(new RetryableError('store_unavailable', 'The disk is full.'));
      expect(await platform.send(message())).toBe(false);
      hub.seen.beforeStore = async () => {};
      expect(await platform.send(message())).toBe(true);
      expect(await on.said()).toHaveLength(1);
    });

    it('makes one memory of a message that comes twice, and one answer', async () => {
      const { hub, platform } = on;
      hub.model.answer = 'hello back';
      expect(await Promise.all([platform.send(message()), platform.send(message())])).toEqual([true, true]);
      await on.untilShown('hello back');
      expect(await platform.send(message())).toBe(true);
      await soon();
      expect(await on.said()).toHaveLength(1);
      expect(platform.shown()).toEqual(['hello back']);
    });

    it('keeps people and conversations apart', async () => {
      const { platform } = on;
      await platform.send(message({ id: '1', channel: 'lobby' }));
      await platform.send(message({ id: '2', channel: 'lobby', user: 'bob' }));
      await platform.send(message({ id: '3', channel: 'attic' }));
      const [first, second, third] = await on.hub.received(3);
      const { alone } = on.options;
      expect(second?.roomId === first?.roomId).toBe(alone === undefined);
      expect(third?.roomId === first?.roomId).toBe(alone !== undefined);
      expect(second?.author.id).not.toBe(first?.author.id);
      expect(third?.author.id).toBe(first?.author.id);
    });

    on.able(['order'], 'stores two quick messages of one person in their order', async (platform) => {
      const { seen } = on.hub;
      let store: (() => void) | undefined;
      seen.beforeStore = () => new Promise((resolve) => (store = resolve));
      const first = platform.send(message({ id: '1', text: 'first' }));
      await vi.waitUntil(() => store !== undefined, patience);
      seen.beforeStore = async () => {};
      const second = platform.send(message({ id: '2', text: 'second' }));
      await soon();
      store?.();
      expect(await Promise.all([first, second])).toEqual([true, true]);
      expect((await on.said()).map(({ content }) => content.text)).toEqual(['first', 'second']);
    });

    on.able(['takesFiles'], 'takes a file', async (platform) => {
      expect(await platform.sendFile(message({ text: 'the plan' }), plan)).toBe(true);
      // It may be acknowledged before its file is there.
      const [memory] = await on.hub.received();
      expect(memory?.content.text).toBe('the plan');
      const [attachment] = memory?.content.attachments ?? [];
      expect(attachment).toMatchObject({
        name: plan.name,
        mediaType: plan.mediaType,
        size: plan.bytes.length,
      });
      const bytes = await on.hub.seen.host.getFile(attachment!.file);
      expect(Buffer.from(bytes!)).toEqual(Buffer.from(plan.bytes));
    });

    on.able(['takesFiles'], 'fetches nothing again for a message that comes twice', async (platform) => {
      expect(await platform.sendFile(message(), plan)).toBe(true);
      const once = platform.fileRequests?.();
      expect(once).not.toBe(0);
      expect(await platform.sendFile(message(), plan)).toBe(true);
      await soon();
      expect(platform.fileRequests?.()).toBe(once);
      expect(on.hub.seen.calls).toMatchObject({ complete: 1, putFile: 1 });
    });

    on.able(['edits'], 'takes a changed message as the same one', async (platform) => {
      await platform.send(message());
      await platform.edit(message({ text: 'hello again' }));
      await vi.waitUntil(async () => (await on.said())[0]?.content.text === 'hello again', patience);
      expect(await on.said()).toHaveLength(1);
    });

    on.able(['strangers'], 'has a command carried out once, however often it comes', async (platform) => {
      await on.answered('hello back');
      const forget = message({ id: 'm2', text: '/forget yes' });
      expect(await Promise.all([platform.send(forget), platform.send(forget)])).toEqual([true, true]);
      await on.untilShown('Forgotten');
      await on.answered('and again', { id: 'm3' });
      expect(await platform.send(forget)).toBe(true);
      await soon();
      expect(await on.said()).toHaveLength(1);
      expect(platform.shown().filter((text) => text.startsWith('Forgotten'))).toHaveLength(1);
    });

    on.able(['strangers'], 'brings back nothing that was forgotten', async (platform) => {
      await on.answered('hello back');
      await platform.send(message({ id: 'm2', text: '/forget yes' }));
      await on.untilShown('Forgotten');
      expect(await platform.send(message())).toBe(true);
      await soon();
      expect(await on.said()).toEqual([]);
    });

    on.able(['reactions'], 'keeps a reaction to a reply', async (platform) => {
      await on.answered('hello back');
      await on.settled();
      await platform.react('👍', 'alice');
      await vi.waitUntil(async () => (await on.hub.feedback()) === 1, patience);
    });
  });
}
