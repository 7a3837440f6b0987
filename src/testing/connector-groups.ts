/** The connector contract: which groups of the platform people are in, as of now. */
import { describe, expect, vi } from 'vitest';
import { message, openGate, patience, type Stage } from './connector-stage.js';

const noRate = { perUser: 0, perRoom: 0 };

export function groupsContract(on: Stage): void {
  describe('groups', () => {
    on.prepare(openGate);

    on.able(
      ['groups'],
      'are said as they are now, and an error where that is not known',
      async (platform) => {
        await on.answered('hello back');
        const [memory] = await on.said();
        const { source, author } = memory!;
        const group = await platform.regroup('alice', true);
        const who = { tenant: source.tenant, userId: author.id, among: [group] };
        const said = async () => {
          const groups = await platform.connector.groupsOf!(who, AbortSignal.timeout(10_000));
          return groups.includes(group);
        };
        await vi.waitUntil(said, patience);
        await platform.regroup('alice', false);
        await vi.waitUntil(async () => !(await said()), patience);
        await platform.regroup('alice', true);
        await vi.waitUntil(said, patience);
        await platform.regroup('alice', null);
        await expect.poll(() => said().catch(() => 'not known'), patience).toBe('not known');
      },
    );

    on.able(['groups'], 'let a person in, and no more once they are out', async (platform) => {
      await on.answered('hello back');
      await on.settled();
      const group = await platform.regroup('alice', true);
      await on.hub.stop();
      on.hub.gate = { ...openGate, rate: noRate, allow: { roles: [group] } };
      await on.hub.start();
      let sent = 0;
      const isIn = async (user: string) => {
        const before = (await on.said()).length;
        sent += 1;
        await platform.send(message({ id: `g${sent}`, user }));
        return (await on.said()).length > before;
      };
      expect(await isIn('bob')).toBe(false);
      expect(await isIn('alice')).toBe(true);
      await platform.regroup('alice', false);
      await vi.waitUntil(async () => !(await isIn('alice')), patience);
    });
  });
}
