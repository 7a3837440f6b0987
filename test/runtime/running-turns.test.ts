import { describe, expect, it } from 'vitest';
import type { Pause } from '../../src/access/pause.js';
import { RunningTurns } from '../../src/runtime/running-turns.js';

const concerned = {
  agentId: 'ada',
  source: { connector: 'pager', tenant: 'default', channel: 'c' },
  userIds: ['ann'],
};
const paused: Pause = { id: 'p', what: 'agent', where: { agentId: 'ada' }, by: 'test', at: 1 };
const running = (pause: Pause | null) =>
  new RunningTurns({ check: () => pause, keepLooking: () => () => {}, onChange: () => () => {} });
const take = async (turns: RunningTurns) => {
  let begun = 0;
  const { signal } = new AbortController();
  const ended = await turns.take('t', { concerned, signal }, async () => ++begun);
  return { ended, begun };
};

describe('a turn', () => {
  it('is not begun where its agent was paused after the worker had looked', async () => {
    const { ended, begun } = await take(running(paused));
    expect(ended).toMatchObject({ pause: paused });
    expect(begun).toBe(0);
  });

  it('is taken where nothing is paused', async () => {
    expect(await take(running(null))).toEqual({ ended: { answer: 1 }, begun: 1 });
  });
});
