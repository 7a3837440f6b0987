import { describe, expect, it, vi } from 'vitest';
import { PlatformGroups } from '../../src/intake/group-lookup.js';

const account = { connector: 'chat', tenant: 'guild', userId: 'ann', among: ['staff'] };
const authored = {
  ...{ agentId: 'ada', direct: false, addressed: true, text: 'hi', author: { id: 'ann' }, home: false },
  ...{ source: { connector: 'chat', tenant: 'guild', channel: 'hall', messageId: '1' } },
  ...{ parts: [], attachments: [], files: [] },
};

type Ask = (who: { userId: string }, signal: AbortSignal) => Promise<string[]>;

/** @param groupsOf null: the connector has none; undefined: there is no connector here. */
function lookup(groupsOf: Ask | null | undefined) {
  const warned: string[] = [];
  const asked: string[] = [];
  const connector = groupsOf === null ? {} : { groupsOf: groupsOf! };
  const groups = new PlatformGroups({
    connectorOf(name, agentId) {
      asked.push(`${name} of ${agentId}`);
      return groupsOf === undefined ? undefined : connector;
    },
    log: { warn: (details: object) => void warned.push(JSON.stringify(details)) } as never,
  });
  return { groups, warned, asked };
}

const unknown = { code: 'groups_unknown', retryable: true };

describe('the groups of a person', () => {
  it('are asked for of the agent’s own connector', async () => {
    const { groups, asked } = lookup(async ({ userId }) => [`${userId}s`]);
    expect(await groups.groupsOf(account, 'ada')).toEqual(['anns']);
    expect(asked).toEqual(['chat of ada']);
  });

  it('are asked for once by many who ask at once, and not for another person, other groups or another agent', async () => {
    const ask = vi.fn<Ask>(async ({ userId }) => [userId]);
    const { groups } = lookup(ask);
    const all = await Promise.all([
      ...Array.from({ length: 20 }, () => groups.groupsOf(account, 'ada')),
      groups.groupsOf({ ...account, userId: 'bob' }, 'ada'),
      groups.groupsOf({ ...account, among: ['guests'] }, 'ada'),
      groups.groupsOf(account, 'eve'),
    ]);
    expect(all.filter(([id]) => id === 'ann')).toHaveLength(22);
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it('[governed.9] that are taken away are asked for anew, however slowly the platform answered', async () => {
    let groupsNow = ['staff'];
    const { groups } = lookup(async () => {
      const said = groupsNow;
      await new Promise((resolve) => setTimeout(resolve, 600));
      return said;
    });
    expect(await groups.groupsOf(account, 'ada')).toEqual(['staff']);
    groupsNow = [];
    // The answer is 600 ms old already: it counts for the rest of its time alone.
    await expect.poll(() => groups.groupsOf(account, 'ada'), { timeout: 5000, interval: 20 }).toEqual([]);
  });

  it.each([
    ['the platform fails', async () => Promise.reject(new Error('status 500'))],
    ['the answer is none', (async () => 'staff') as never],
    ['an id is no text', (async () => [7]) as never],
    ['the connector cannot ask', null],
    ['there is no connector here', undefined],
  ])('cannot be known where %s', async (_, ask: Ask | null | undefined) => {
    const { groups } = lookup(ask);
    await expect(groups.groupsOf(account, 'ada')).rejects.toMatchObject(unknown);
  });

  it('cannot be known where the platform does not answer in time, whose request is broken off', async () => {
    let broken = false;
    const { groups } = lookup(
      (_, signal) => new Promise(() => signal.addEventListener('abort', () => (broken = true))),
    );
    await expect(groups.groupsOf(account, 'ada')).rejects.toMatchObject(unknown);
    expect(broken).toBe(true);
  });

  it('that cannot be known are told in the log once, for each agent', async () => {
    const { groups, warned } = lookup(async () => Promise.reject(new Error('status 500')));
    for (const userId of ['a', 'b', 'c'])
      await groups.groupsOf({ ...account, userId }, 'ada').catch(() => {});
    await groups.groupsOf(account, 'eve').catch(() => {});
    expect(warned).toHaveLength(2);
    expect(warned[0]).toContain('status 500');
  });

  it('are those that a message says itself, and nobody is asked then', async () => {
    const { groups, asked } = lookup(async () => ['staff']);
    expect(await groups.ofAuthor({ ...authored, roles: [] }, [])).toEqual([]);
    expect(await groups.ofAuthor({ ...authored, roles: ['guest'] }, [])).toEqual(['guest']);
    expect(asked).toEqual([]);
    expect(await groups.ofAuthor(authored, ['staff'])).toEqual(['staff']);
  });

  it('are none where a platform neither says nor can be asked', async () => {
    expect(await lookup(null).groups.ofAuthor(authored, ['staff'])).toEqual([]);
    await expect(lookup(undefined).groups.ofAuthor(authored, ['staff'])).rejects.toMatchObject(unknown);
  });
});
