import { z } from 'zod';
import { hubTenant } from '../access/principal.js';
import { defineOperation } from './operation.js';
import { id, instant, page } from './shapes.js';

/** @see https://www.iana.org/time-zones */
const timeZone = z.string().min(1).max(64).refine(isTimeZone, 'is no time zone; write one as Europe/Berlin');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const cap = z.number().nullable().describe('null: any, or a day of the budget is none of this zone');

export const listUsage = defineOperation({
  name: 'usage.list',
  about: 'what models have cost on a day, by budget and whose share it is; a page may be short',
  permission: 'usage.read',
  reads: true,
  input: z.strictObject({
    day: z.iso.date().optional().describe('such as 2026-03-29, of the last five weeks; absent: today'),
    timeZone: timeZone
      .optional()
      .describe('whose day it is, such as Asia/Kolkata; absent: each budget has its own'),
    ...page,
  }),
  output: z.object({
    usage: z.array(
      z.object({
        budget: z.string(),
        day: z.string(),
        ...{ agentId: id.optional(), connector: id.optional(), tenant: id.optional() },
        ...{ channel: id.optional(), userId: id.optional() },
        ...{ tokens: z.number(), reservedTokens: z.number(), mostTokens: cap },
        ...{ usd: z.number(), reservedUsd: z.number(), mostUsd: cap },
        calls: z.number(),
        estimatedTokens: z.number().describe('of the tokens: no provider has said them'),
        until: instant.describe('when the day ends'),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  partly: true,
  async run(request, { usage, seesPart }) {
    const { items, nextCursor } = await usage.list(request);
    // As agents are: what is of no tenant is the hub's own.
    const seen = items.filter(({ whose }) => seesPart({ tenant: hubTenant, ...whose }));
    return {
      usage: seen.map(({ budget, day, whose, spent, reserved, caps, calls, estimated, ends }) => ({
        ...{ budget, day, ...whose },
        ...{ tokens: spent.tokens, reservedTokens: reserved.tokens, mostTokens: caps.tokens ?? null },
        ...{ usd: spent.usd, reservedUsd: reserved.usd, mostUsd: caps.usd ?? null },
        ...{ calls, estimatedTokens: estimated, until: ends },
      })),
      nextCursor,
    };
  },
});
