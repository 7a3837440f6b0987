/** Shapes that several operations take or give. */
import { z } from 'zod';

/** Unix ms within the hub, ISO 8601 outside. */
export const instant = z.number().transform((ms) => new Date(ms).toISOString());

/** As ids come in paths and on command lines. */
export const id = z.string().min(1).max(512);

export const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional(),
};
