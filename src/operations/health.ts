import { z } from 'zod';
import { defineOperation } from './operation.js';

export const showHealth = defineOperation({
  name: 'health.show',
  about: 'whether the hub can do its part, how its connections are, and how much waits',
  permission: 'health.read',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    ready: z.boolean(),
    checks: z.record(z.string(), z.string()),
    connections: z.record(z.string(), z.string()),
    notes: z.array(z.string()),
    queues: z.record(
      z.string(),
      z.object({ waiting: z.number(), running: z.number(), delayed: z.number() }).nullable(),
    ),
  }),
  async run(_input, { ready, turnQueue, deliveryQueue }) {
    const [found, turns, deliveries] = await Promise.all([
      ready(),
      turnQueue.counts().catch(() => null),
      deliveryQueue.counts().catch(() => null),
    ]);
    return { ...found, queues: { turns, deliveries } };
  },
});
