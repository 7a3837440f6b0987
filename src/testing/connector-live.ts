/** The connector contract: replies that are shown while they are written. */
import { describe, expect, vi } from 'vitest';
import { message, openGate, patience, type Stage, soon } from './connector-stage.js';

export function liveContract(on: Stage): void {
  describe('live replies', () => {
    on.prepare(openGate);
    const text = 'Once upon a time there was a pager.';

    on.able(['live'], 'are shown while they are written, and in the end once', async (platform) => {
      await platform.send(message());
      const draft = (await on.hub.model.asked()).say('Once upon a time ');
      await on.untilShown('Once upon');
      draft.end('there was a pager.');
      await on.untilShown(text);
      await on.settled();
      expect(platform.shown()).toEqual([text]);
    });

    on.able(
      ['live'],
      'are shown also if their turn began before the connector followed it',
      async (platform) => {
        const { hub } = on;
        let follow = () => {};
        hub.seen.afterStore = () => new Promise((resolve) => (follow = resolve));
        const sent = platform.send(message());
        const draft = (await hub.model.asked()).say('Once upon a time ');
        await soon();
        follow();
        expect(await sent).toBe(true);
        await vi.waitUntil(() => hub.seen.watchers > 0, patience);
        draft.say('there ');
        await on.untilShown('Once upon');
        draft.end('was a pager.');
        await on.untilShown(text);
        await on.settled();
        expect(platform.shown()).toEqual([text]);
      },
    );

    on.able(['live'], 'end whole and once when the rest of the events is lost', async (platform) => {
      await platform.send(message());
      const draft = (await on.hub.model.asked()).say('Once upon a time ');
      await on.untilShown('Once upon');
      on.hub.seen.deaf = true;
      draft.end('there was a pager.');
      await on.untilShown(text);
      await on.settled();
      expect(platform.shown()).toEqual([text]);
    });
  });
}
