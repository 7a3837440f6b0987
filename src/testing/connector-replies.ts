/** The connector contract: what the platform's people are shown. */
import { describe, expect, it, vi } from 'vitest';
import { FatalError, RetryableError } from '../extension-api.js';
import { message, openGate, patience, type Stage, soon } from './connector-stage.js';

export function repliesContract(on: Stage): void {
  describe('replies', () => {
    on.prepare(openGate);

    it('delivers a reply', async () => {
      await on.answered('hello back');
      await on.settled();
      expect(on.hub.seen.deliveries).toEqual([{ message: expect.anything(), receipt: expect.anything() }]);
      expect(on.platform.shown()).toEqual(['hello back']);
    });

    if (!on.options.mayShowTwice)
      it('shows a reply once when its delivery is repeated', async () => {
        on.hub.seen.forgetDeliveries = 1;
        await on.answered('hello back');
        await on.settled(2);
        expect(on.platform.shown()).toEqual(['hello back']);
      });

    it('says of a failed delivery that trying again can help, and delivers it later', async () => {
      const { hub, platform } = on;
      hub.model.answer = 'hello back';
      platform.refuse('later');
      await platform.send(message());
      await vi.waitUntil(() => hub.seen.deliveries.length > 0, patience);
      expect(hub.seen.deliveries[0]?.error).toBeInstanceOf(RetryableError);
      expect(platform.shown()).toEqual([]);
      platform.refuse(null);
      await on.untilShown('hello back');
      await on.settled();
      expect(platform.shown()).toEqual(['hello back']);
    });

    it('says of a failed delivery that trying again cannot help, and goes on with the next one', async () => {
      const { hub, platform } = on;
      hub.model.answer = 'hello back';
      platform.refuse('never');
      await platform.send(message());
      await vi.waitUntil(() => hub.seen.deliveries.length > 0, patience);
      expect(hub.seen.deliveries[0]?.error).toBeInstanceOf(FatalError);
      platform.refuse(null);
      await on.answered('and again', { id: 'm2' });
      await soon();
      expect(platform.shown().at(-1)).toBe('and again');
    });

    on.able(['showsFiles'], 'shows a file of a reply', async (platform) => {
      const { hub } = on;
      // No part of the hub gives files to a reply yet, so one is put in on the way.
      await platform.send(message());
      const bytes = new TextEncoder().encode('a,b\n');
      const file = { name: 'table.csv', mediaType: 'text/csv' };
      const attachment = await hub.seen.host.putFile(bytes, file, hub.seen.inbound[0]!);
      hub.seen.outgoing = ({ memory, ...outbound }) => ({
        ...outbound,
        memory: { ...memory, content: { ...memory.content, attachments: [attachment] } },
      });
      (await hub.model.asked()).end('here it is');
      await on.settled();
      expect(platform.shown()).toContain('here it is');
      const files = platform.shownFiles().map((shown) => ({
        name: shown.name,
        text: Buffer.from(shown.bytes).toString(),
      }));
      expect(files).toEqual([{ name: 'table.csv', text: 'a,b\n' }]);
    });

    on.able(['buttons'], 'shows buttons, and says who presses which', async (platform) => {
      const { hub } = on;
      await on.answered('hello back');
      await on.answered('hello back, bob', { id: 'm2', user: 'bob' });
      await platform.send(message({ id: 'm3', text: '/forget' }));
      await on.untilShown('/forget yes');
      await platform.press('Forget it', 'bob');
      await vi.waitUntil(() => hub.seen.presses.length === 1, patience);
      expect(hub.seen.presses[0]).toMatchObject({ code: 'button_invalid' });
      expect(await on.said()).toHaveLength(2);
      await platform.press('Forget it', 'alice');
      await vi.waitUntil(() => hub.seen.presses.length === 2, patience);
      const left = await on.said();
      expect(left.map(({ content }) => content.text)).toEqual(['hello']);
      expect(left[0]?.source.messageId).not.toBe(hub.seen.inbound[0]?.source.messageId);
    });
  });
}
