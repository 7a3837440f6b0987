/** Budgets as settings and characters say them: how many tokens, or US dollars, models may cost in a day. */
import { z } from 'zod';
import { suggestion } from '../nearest.js';

const shares = ['agent', 'person', 'place', 'hub'] as const;

const caps = {
  tokens: z.number().int().min(1).describe('Tokens a day, of prompts and answers together.').optional(),
  usd: z.number().positive().describe('US dollars a day, by the prices of the models.').optional(),
};

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and "-", at most 32 characters')
  .describe('What operators read, and what its use is kept under; absent: what `per` says.')
  .optional();

const timezone = z
  .string()
  .default('UTC')
  .describe('Where a day begins at midnight, such as Europe/Berlin.')
  .superRefine((zone, context) => {
    if (isTimezone(zone)) return;
    const message = `there is no time zone "${zone}"${suggestion(zone, Intl.supportedValuesOf('timeZone'))}`;
    context.addIssue({ code: 'custom', message });
  });

/** Not offsets such as `+02:00`: they know no daylight saving time, which is what people mean. */
function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

const hasCap = ({ tokens, usd }: { tokens?: number; usd?: number }) =>
  tokens !== undefined || usd !== undefined;
const needsCap = 'needs `tokens` or `usd`';

/** Of the whole hub, in `carrier.config.json`. */
const HubBudget = z
  .strictObject({
    name,
    ...caps,
    per: z.enum(shares).describe('Who has so much, each.'),
    agent: z.string().min(1).describe('Counts for this agent alone; absent: for all.').optional(),
    timezone,
  })
  .refine(hasCap, needsCap);
export type HubBudget = z.output<typeof HubBudget>;

/** Of one agent, in its character. */
const AgentBudget = z
  .strictObject({ name, ...caps, per: z.enum(['agent', 'person', 'place']).default('agent'), timezone })
  .refine(hasCap, needsCap);
export type AgentBudget = z.output<typeof AgentBudget>;

/** What a budget's use is kept under, among those of the hub or of one agent. */
export function budgetName({ name, per, agent }: Pick<HubBudget, 'name' | 'per' | 'agent'>): string {
  return name ?? (agent === undefined ? per : `${per}-of-${agent}`);
}

function namedOnce(
  budgets: readonly Pick<HubBudget, 'name' | 'per' | 'agent'>[],
  context: z.RefinementCtx,
): void {
  const names = budgets.map(budgetName);
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index)
      context.addIssue({
        ...{ code: 'custom', path: [index, 'name'] },
        message: `another budget is called "${name}": give each a name of its own`,
      });
}

export const HubBudgets = z.array(HubBudget).superRefine(namedOnce);

export const AgentBudgets = z
  .union([AgentBudget.transform((budget) => [budget]), z.array(AgentBudget)])
  .superRefine(namedOnce);
