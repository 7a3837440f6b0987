import { z } from 'zod';
import { lateMs } from '../core/readiness.js';
import { packageVersion } from '../package-folder.js';
import { scheduleRecord } from '../schedules/schedule.js';
import { defineOperation } from './operation.js';

const mostLate = 1000;

export const showHealth = defineOperation({
  name: 'health.show',
  about: 'whether the hub can do its part, how its connections are, and how much waits',
  permission: 'health.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    version: z.string().describe('of the hub that answers'),
    ready: z.boolean(),
    checks: z.record(z.string(), z.string()),
    connections: z.record(z.string(), z.string()),
    notes: z.array(z.string()),
    queues: z.record(
      z.string(),
      z.object({ waiting: z.number(), running: z.number(), delayed: z.number() }).nullable(),
    ),
    late: z
      .object({ rooms: z.number(), schedules: z.number() })
      .nullable()
      .describe(
        'rooms that wait for an answer, and schedules for their run, for more than ten minutes; of each 1000 at most',
      ),
  }),
  async run(_input, { ready, turnQueue, deliveryQueue, store, now }) {
    const before = now() - lateMs;
    const [found, turns, deliveries, late] = await Promise.all([
      ready(),
      turnQueue.counts().catch(() => null),
      deliveryQueue.counts().catch(() => null),
      Promise.all([
        store.turns.waiting(before, mostLate),
        store.records.due(scheduleRecord.kind, before, mostLate),
      ]).then(
        ([rooms, schedules]) => ({ rooms: rooms.length, schedules: schedules.length }),
        () => null,
      ),
    ]);
    return { version: packageVersion(), ...found, queues: { turns, deliveries }, late };
  },
});
