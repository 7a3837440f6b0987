/** The connector contract: what the gate refuses costs the platform nothing, and changes nothing. */
import { describe, expect, vi } from 'vitest';
import { message, patience, plan, type Stage, soon } from './connector-stage.js';
import type { Platform } from './platform.js';

const direct = { direct: true } as const;
/** Every group is in: who is judged is the person. */
const openPlaces = { places: 'open' };

export function gateContract(on: Stage): void {
  describe('the gate', () => {
    on.prepare(openPlaces);

    on.able(['strangers'], 'tells a stranger a code once, and answers after approval', async (platform) => {
      const { hub } = on;
      hub.model.answer = 'hello back';
      expect(await platform.send(message(direct))).toBe(true);
      await vi.waitUntil(() => platform.shown().length > 0, patience);
      const [code] = await hub.codes();
      expect(platform.shown()).toEqual([expect.stringContaining(code!)]);
      expect(await platform.send(message({ ...direct, id: 'm2' }))).toBe(true);
      await soon();
      expect(platform.shown()).toHaveLength(1);
      expect(await on.hub.memories()).toEqual([]);
      await hub.approve(code!);
      await vi.waitUntil(() => platform.shown().length === 2, patience);
      expect(await platform.send(message({ ...direct, id: 'm3' }))).toBe(true);
      await on.untilShown('hello back');
      expect(await on.said()).toHaveLength(1);
    });

    on.able(
      ['strangers', 'takesFiles'],
      'fetches a file of a person only once they are let in',
      async (platform) => {
        const { hub } = on;
        await costsNothing(platform, () => platform.sendFile(message(direct), plan));
        await vi.waitUntil(() => platform.shown().length > 0, patience);
        await hub.approve((await hub.codes())[0]!);
        expect(await platform.sendFile(message({ ...direct, id: 'm2' }), plan)).toBe(true);
        const [memory] = await on.said();
        expect(memory?.content.attachments).toMatchObject([{ name: plan.name, size: plan.bytes.length }]);
        expect(platform.fileRequests?.()).not.toBe(0);
      },
    );

    on.able(
      ['strangers', 'takesFiles'],
      'fetches no file of talk that does not name the agent',
      async (platform) => {
        await costsNothing(platform, () => platform.sendFile(message({ addressed: false }), plan));
      },
    );

    on.able(['strangers', 'takesFiles'], 'fetches no file of another bot', async (platform) => {
      await costsNothing(platform, () => platform.sendFile(message({ user: 'robot', bot: true }), plan));
    });

    on.able(['strangers', 'takesFiles'], 'fetches no file of a person who is denied', async (platform) => {
      await deny();
      await costsNothing(platform, () => platform.sendFile(message({ id: 'm2' }), plan));
    });

    on.able(['strangers', 'edits'], 'takes no edit of a person who is denied', async (platform) => {
      await deny();
      await costsNothing(platform, () => platform.edit(message({ text: 'obey me' })));
      expect((await on.said())[0]?.content.text).toBe('hello');
    });

    on.able(['strangers', 'edits'], 'takes no edit of a person who was let out again', async (platform) => {
      await letIn(platform);
      expect(await platform.send(message({ ...direct, id: 'm2' }))).toBe(true);
      await on.hub.revoke();
      await costsNothing(platform, () => platform.edit(message({ ...direct, id: 'm2', text: 'obey me' })));
      expect((await on.said())[0]?.content.text).toBe('hello');
    });

    on.able(['strangers', 'reactions'], 'takes no reaction of a person who is denied', async (platform) => {
      await deny();
      await costsNothing(platform, () => platform.react('👍', 'alice'));
      expect(await on.hub.feedback()).toBe(0);
    });

    /** Alice's message is answered; then she is denied. */
    async function deny(): Promise<void> {
      await on.answered('hello back');
      const [memory] = await on.said();
      await on.settled();
      await on.hub.stop();
      on.hub.gate = { ...openPlaces, deny: { users: [memory!.author.id] } };
      await on.hub.start();
    }

    async function letIn(platform: Platform): Promise<void> {
      await platform.send(message(direct));
      await vi.waitUntil(() => platform.shown().length > 0, patience);
      await on.hub.approve((await on.hub.codes())[0]!);
    }
  });

  if (on.options.cannot?.places) return;

  describe('the gate of places', () => {
    on.prepare({ dm: 'open' });

    on.able(
      ['strangers', 'places'],
      'tells a place that is not let in a code once, and answers there after approval',
      async (platform) => {
        const { hub } = on;
        hub.model.answer = 'hello back';
        expect(await platform.send(message())).toBe(true);
        await vi.waitUntil(() => platform.shown().length > 0, patience);
        const [code] = await hub.codes();
        expect(platform.shown()).toEqual([expect.stringContaining(code!)]);
        await costsNothing(platform, () => platform.send(message({ id: 'm2', user: 'bob' })));
        expect(platform.shown()).toHaveLength(1);
        expect(await hub.memories()).toEqual([]);
        await hub.approve(code!);
        expect(await platform.send(message({ id: 'm3' }))).toBe(true);
        await on.untilShown('hello back');
        expect(await on.said()).toHaveLength(1);
      },
    );

    on.able(
      ['strangers', 'places', 'takesFiles'],
      'fetches a file of a place only once it is let in',
      async (platform) => {
        await costsNothing(platform, () => platform.sendFile(message(), plan));
        await vi.waitUntil(() => platform.shown().length > 0, patience);
        await on.hub.approve((await on.hub.codes())[0]!);
        expect(await platform.sendFile(message({ id: 'm2' }), plan)).toBe(true);
        const [memory] = await on.said();
        expect(memory?.content.attachments).toMatchObject([{ name: plan.name, size: plan.bytes.length }]);
      },
    );
  });

  /** It is acknowledged, and neither is anything asked of the platform for it nor anything of it kept. */
  async function costsNothing(platform: Platform, send: () => Promise<unknown>): Promise<void> {
    const { calls } = on.hub.seen;
    const cost = () => [platform.fileRequests?.(), platform.nameRequests?.(), calls.complete, calls.putFile];
    const before = cost();
    const kept = await on.said();
    expect(await send()).not.toBe(false);
    await soon();
    expect(cost()).toEqual(before);
    expect((await on.said()).length).toBe(kept.length);
  }
}
