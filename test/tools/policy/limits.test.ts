/** Limits of calls, of several workers that count together. */
import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../src/core/character.js';
import { Character } from '../../../src/core/character.js';
import { PolicyLimit } from '../../../src/core/policy-rules.js';
import { InProcessRates } from '../../../src/rate/in-process.js';
import { Limits } from '../../../src/tools/policy/limits.js';

const agentOf = (id: string, limits: object[] = []): Agent => ({
  id,
  character: Character.parse({ name: 'A', bio: 'A', policy: { limits } }),
});
const person =
  (...ids: string[]) =>
  async () => ({
    role: 'member' as const,
    accounts: ids.map((userId) => ({ connector: 'chat', tenant: 'default', userId })),
  });
const ann = person('ann');

/** As many workers as are asked for, with the same settings. */
function workers(count: number, limit: object): Limits[] {
  const rates = new InProcessRates();
  return Array.from({ length: count }, () => new Limits([PolicyLimit.parse(limit)], rates));
}

describe('a limit of a minute or a day', () => {
  it.each(['perMinute', 'perDay'])('%s is held by all workers together', async (field) => {
    const all = workers(4, { tool: 'mcp:*', [field]: 10 });
    const agent = agentOf('a');
    const asked = all.flatMap((limits) =>
      Array.from({ length: 5 }, () => limits.count(agent, 'mcp:x:y', ann)),
    );
    const refused = (await Promise.all(asked)).filter((one) => one !== null);
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatch(/It may be called again in \d+ (s|minutes|hours)\.$/);
    expect(await all[0]!.count(agent, 'http:x', ann)).toBeNull();
  });

  it.each([
    ['agent', 1, 1],
    ['person', 2, 1],
    ['hub', 1, 2],
  ])('counts together what is of one %s', async (of, people, agents) => {
    const [limits] = workers(1, { of, perMinute: 1 });
    const count = async (id: string, who: typeof ann) =>
      (await limits!.count(agentOf(id), 'mcp:x:y', who)) === null;
    const through = [
      await count('a', ann),
      await count('a', person('bob')),
      await count('b', person('carl')),
    ];
    const [first, second, third] = through;
    expect(first).toBe(true);
    expect(second).toBe(people === 2);
    expect(third).toBe(agents === 1);
  });

  it('counts accounts of one person together, whichever they write with', async () => {
    const [limits] = workers(1, { of: 'person', perMinute: 1 });
    expect(await limits!.count(agentOf('a'), 'mcp:x:y', person('ann', 'ann-at-work'))).toBeNull();
    expect(await limits!.count(agentOf('a'), 'mcp:x:y', person('ann-at-work', 'ann'))).not.toBeNull();
  });
});

describe('limits of the character', () => {
  it('count besides those of the settings', () => {
    const limits = new Limits([PolicyLimit.parse({ perTurn: 3, timeoutSeconds: 20 })], new InProcessRates());
    const agent = agentOf('a', [{ tool: 'mcp:x:*', perTurn: 1, timeoutSeconds: 5 }]);
    expect(limits.inTurn(agent, 'mcp:x:y', ['mcp:x:z'])).not.toBeNull();
    expect(limits.inTurn(agent, 'http:q', ['mcp:x:z'])).toBeNull();
    expect(limits.inTurn(agent, 'http:q', ['mcp:x:z', 'http:q', 'http:q'])).not.toBeNull();
    expect([limits.timeoutMs(agent, 'mcp:x:y'), limits.timeoutMs(agent, 'http:q')]).toEqual([5000, 20_000]);
  });

  it('let nobody wait for ever: who is called off leaves, and others enter', async () => {
    const limits = new Limits([PolicyLimit.parse({ atOnce: 1 })], new InProcessRates());
    const agent = agentOf('a', [{ atOnce: 1 }]);
    const never = new AbortController();
    const leave = await limits.enter(agent, 'mcp:x:y', never.signal);
    const off = new AbortController();
    const waiting = limits.enter(agent, 'mcp:x:y', off.signal);
    off.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow('called off');
    leave();
    (await limits.enter(agent, 'mcp:x:y', never.signal))();
  });
});
