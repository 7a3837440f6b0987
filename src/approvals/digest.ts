/** What an approval holds for: the tool as it is, the arguments in one form, and what else the call names. */
import { createHash } from 'node:crypto';
import { isLosslessNumber, parse, stringify } from 'lossless-json';
import type { Approval, AskedCall } from './approval.js';

/**
 * The same text for the same arguments: keys in order, no space, every digit of a number as it was written. What is no
 * JSON stays as it is.
 */
export function canonical(written: string): string {
  try {
    return stringify(inOrder(parse(written.trim() === '' ? '{}' : written))) ?? written;
  } catch {
    return written;
  }
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  // Without a prototype no key has a meaning of its own.
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, part] of entries) sorted[key] = inOrder(part);
  return sorted;
}

/** Apart, to say what differs. */
export function partsOf({ tool, arguments: args, bound }: AskedCall): Approval['parts'] {
  return {
    tool: sha256(tool.key, tool.digest),
    arguments: sha256(canonical(args)),
    ...(bound !== undefined && { bound: sha256(bound) }),
  };
}

export function digestOf(call: AskedCall): string {
  const { tool, arguments: args, bound = '' } = partsOf(call);
  return sha256(tool, args, bound);
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
