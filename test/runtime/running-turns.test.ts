import { describe, expect, it } from 'vitest';
import type { Pause } from '../../src/access/pause.js';
import { RunningTurns } from '../../src/runtime/running-turns.js';
import type { Hold } from '../../src/takeover/hold.js';

const concerned = {
  agentId: 'ada',
  source: { connector: 'pager', tenant: 'default', channel: 'c' },
  userIds: ['ann'],
};
const paused: Pause = { id: 'p', what: 'agent', where: { agentId: 'ada' }, by: 'test', at: 1 };
const hold: Hold = { roomId: 'r', agentId: 'ada', by: 'test', since: 1 };
const never = { keepLooking: () => () => {}, onChange: () => () => {} };
const running = (pause: Pause | null, hold: Hold | null = null) =>
  new RunningTurns({ check: () => pause, ...never }, { of: () => hold, ...never });
const take = async (turns: RunningTurns) => {
  let begun = 0;
  const { signal } = new AbortController();
  const ended = await turns.take('t', { concerned, roomId: 'r', signal }, async () => ++begun);
  return { ended, begun };
};

describe('a turn', () => {
  it('is not begun where its agent was paused after the worker had looked', async () => {
    const { ended, begun } = await take(running(paused));
    expect(ended).toMatchObject({ pause: paused });
    expect(begun).toBe(0);
  });

  it('[governed.41] nor where people have taken its room over since, unless it has asked for them itself', async () => {
    const { ended, begun } = await take(running(null, hold));
    expect(ended).toMatchObject({ pause: null, hold });
    expect(begun).toBe(0);
    expect(await take(running(null, { ...hold, turnId: 't' }))).toEqual({ ended: { answer: 1 }, begun: 1 });
  });

  it('is taken where nothing is paused', async () => {
    expect(await take(running(null))).toEqual({ ended: { answer: 1 }, begun: 1 });
  });
});
