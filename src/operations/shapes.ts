/** Shapes that several operations take or give. */
import { z } from 'zod';

/** Unix ms within the hub, ISO 8601 outside. */
export const instant = z
  .number()
  .transform((ms) => new Date(ms).toISOString())
  .pipe(z.string().meta({ format: 'date-time' }));

/** A terminal gives text. */
export const truth = z.union([
  z.boolean(),
  z.stringbool({ truthy: ['true'], falsy: ['false'] }).meta({ enum: ['true', 'false'] }),
]);

/** A moment from outside: ISO 8601, a day alone too, or Unix ms. Shorter numbers may mean a year, or seconds. */
export const moment = z
  .union([z.number(), z.string().max(64)])
  .transform((given) => {
    if (typeof given === 'number' || /^\d{12,15}$/.test(given)) return Number(given);
    return /^\d{4}-\d\d-\d\d(T|$)/.test(given) ? Date.parse(given) : Number.NaN;
  })
  .refine(Number.isFinite, 'takes a time, such as 2026-01-31 or 2026-01-31T08:00:00Z');

/** For what is carried out later than it was asked for, or a second time. */
export const askedAt = z
  .number()
  .int()
  .min(0)
  .optional()
  .describe('when it was asked for (Unix ms): what came later is left alone');

/** As ids come in paths and on command lines. */
export const id = z.string().min(1).max(512);

/** Fields of an output that are text. */
export function texts<Name extends string>(...names: Name[]): Record<Name, z.ZodString> {
  return Object.fromEntries(names.map((name) => [name, z.string()])) as Record<Name, z.ZodString>;
}

/** What went wrong, as it was told. */
export const failure = z.object(texts('code', 'message')).nullable();

/** Of what runs in this hub: when and why it last failed. */
export const lastError = z
  .object({ message: z.string(), at: instant })
  .nullable()
  .describe('also one that is over; null: none since this hub began');

export const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional(),
};
