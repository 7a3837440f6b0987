import { z } from 'zod';

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time, as people write it. */
export const Length = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a length of time such as 10m, 2h or 90d');

export const lengthMs = (text: string): number => Number.parseInt(text, 10) * unitMs[text.at(-1)!]!;

/** The same, in ms. */
export const length = Length.transform(lengthMs);
