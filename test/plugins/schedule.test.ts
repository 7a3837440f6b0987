/** What people say, and what the schedule plugin makes of it. */
import { describe, expect, it } from 'vitest';
import plugin from '../../plugins/schedule.js';
import { fakeContext } from '../../src/testing/plugin.js';
import { askedOf } from '../support/phrases.js';

const [schedule, scheduled] = plugin.actions!;

/** What the hub is asked to make. */
async function wished(parameters: unknown): Promise<unknown> {
  const made: unknown[] = [];
  const context = fakeContext();
  const schedules = {
    ...context.schedules,
    async add(wanted: unknown) {
      made.push(wanted);
      return { id: 'x', times: 'then' };
    },
  };
  await schedule!.run(schedule!.parameters.parse(parameters), { ...context, schedules });
  return made[0];
}

describe('the schedule plugin', () => {
  it.each([
    ['remind me in 2 minutes to stretch', { text: 'stretch', when: { inMs: 120_000 } }],
    ['Remind me in 3 hours to call Bob.', { text: 'call Bob', when: { inMs: 10_800_000 } }],
    ['please set a reminder in 1 day about the rent', { text: 'the rent', when: { inMs: 86_400_000 } }],
    [
      'remind me every weekday at 9 in Berlin to write the report',
      { text: 'write the report', when: { cron: '0 9 * * 1-5', zone: 'Europe/Berlin' } },
    ],
    [
      'remind me every Monday at 18:30 in Tokyo to water the plants',
      { text: 'water the plants', when: { cron: '30 18 * * 1', zone: 'Asia/Tokyo' } },
    ],
    [
      'remind me at 18:30 in Lisbon to cook',
      { text: 'cook', when: { local: '18:30', zone: 'Europe/Lisbon' } },
    ],
  ])('[act.51] the offline model understands "%s"', async (said, expected) => {
    const asked = askedOf(schedule!, said);
    expect(asked).not.toBeNull();
    expect(await wished(asked)).toEqual({ kind: 'reminder', ...expected });
  });

  it.each(['do I have to stretch in 2 minutes?', 'remind me', 'what is a reminder'])(
    'is not asked for by "%s"',
    (said) => expect(askedOf(schedule!, said)).toBeNull(),
  );

  it('lists what there is when it is asked for', () =>
    expect(askedOf(scheduled!, 'which reminders do I have')).toEqual({}));

  it('[act.51] refuses a zone that there is not, with one that is close', async () => {
    await expect(wished({ text: 'x', at: '9:00', zone: 'Europe/Berln' })).rejects.toThrow(/Europe\/Berln/);
    await expect(wished({ text: 'x', at: '9:00', zone: 'Berln' })).rejects.toThrow(/perhaps Berlin/);
  });

  it('[act.51] takes a time in one way alone', async () => {
    await expect(wished({ text: 'x' })).rejects.toThrow('one way');
    await expect(wished({ text: 'x', inMinutes: 5, at: '9:00' })).rejects.toThrow('one way');
    expect(await wished({ text: 'x', work: true, cron: '0 9 * * 1#1', zone: 'UTC' })).toMatchObject({
      ...{ kind: 'work', when: { cron: '0 9 * * 1#1' } },
    });
  });
});
