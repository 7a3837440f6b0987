/** The connector contract: coming and going. */
import { describe, expect, it, vi } from 'vitest';
import { message, openGate, patience, type Stage, soon } from './connector-stage.js';

export function stopsContract(on: Stage): void {
  describe('stops', () => {
    on.prepare(openGate);

    it('starts and stops as often as asked, and receives nothing while stopped', async () => {
      const { hub, platform } = on;
      await platform.connector.start(hub.seen.host);
      await hub.stop();
      await platform.connector.stop();
      await platform.connector.stop();
      const before = hub.seen.calls.receive;
      expect(await platform.send(message())).toBe(false);
      expect(hub.seen.calls.receive).toBe(before);
      await hub.start();
      expect(await platform.send(message())).toBe(true);
      expect(await on.said()).toHaveLength(1);
    });

    it('loses nothing and shows nothing twice when the hub is stopped and started between', async () => {
      const { hub, platform } = on;
      await on.answered('hello back');
      hub.model.answer = null;
      const asking = platform.send(message({ id: 'm2', text: 'and now?' }));
      if (!on.options.acknowledgesByAnswer) expect(await asking).toBe(true);
      await hub.model.asked();
      await hub.stop(0);
      if (on.options.acknowledgesByAnswer) expect(await asking).toBe(false);
      // What was not acknowledged is sent again.
      expect(await platform.send(message({ id: 'm3', text: 'anyone?' }))).toBe(false);
      hub.model.answer = ({ messages }) => `re: ${messages.findLast(({ role }) => role === 'user')?.text}`;
      await hub.start();
      await platform.send(message({ id: 'm2', text: 'and now?' }));
      expect(await platform.send(message({ id: 'm3', text: 'anyone?' }))).toBe(true);
      await on.untilShown('re: anyone?');
      await soon();
      const texts = (await on.said()).map(({ content }) => content.text);
      expect(texts).toEqual(['hello', 'and now?', 'anyone?']);
      const shown = platform.shown();
      expect(new Set(shown).size).toBe(shown.length);
      expect(shown[0]).toBe('hello back');
    });

    on.able(['delivers'], 'ends while a delivery gets no answer, and delivers later', async (platform) => {
      const { hub } = on;
      hub.model.answer = 'hello back';
      platform.refuse('hang');
      await platform.send(message());
      await vi.waitUntil(() => hub.seen.delivering > 0, patience);
      await soon();
      await hub.stop(300);
      platform.refuse(null);
      await hub.start();
      await on.untilShown('hello back');
      await soon();
      expect(platform.shown()).toEqual(['hello back']);
    });
  });
}
