/** The arguments of a call, from the text that a model wrote. */
import { isSafeNumber, parse } from 'lossless-json';
import type { OfferedTool } from '../tools/tool.js';

export type ReadArguments =
  /** `written`: as JSON has it; `value`: as the tool takes it. */
  { ok: true; written: unknown; value: unknown } | { ok: false; problem: string };

/** Every digit that is read reaches the tool; what would lose some goes back to the model. */
export function readArguments(text: string, tool: OfferedTool): ReadArguments {
  const refuse = (problem: string) => ({ ok: false as const, problem });
  // Models write an empty string for "no arguments".
  const json = text.trim() === '' ? '{}' : text;
  let written: unknown;
  try {
    written = JSON.parse(json);
  } catch {
    return refuse(`The arguments of "${tool.name}" are not valid JSON. Call it again with valid JSON.`);
  }
  const problem = lossIn(json);
  if (problem) return refuse(`The arguments of "${tool.name}" are not valid: ${problem}`);
  const read = tool.read(written);
  if (!read.ok) return refuse(`The arguments of "${tool.name}" are not valid:\n${read.problem}`);
  return { ok: true, written, value: read.value };
}

/** What of it JavaScript's own reader would change unseen. */
function lossIn(json: string): string | null {
  let lost: string | undefined;
  try {
    parse(json, undefined, {
      parseNumber(digits) {
        if (!isExact(digits)) lost ??= digits;
        // Two of one name are told apart by it.
        return digits;
      },
    });
  } catch {
    return 'a name stands in it twice, or it is nested too deep.';
  }
  if (lost === undefined) return null;
  return `the number ${lost.slice(0, 100)} has more digits than a number can keep. Send it as text, in quotes: "${lost.slice(0, 100)}".`;
}

/** Whole numbers must be; of others the last digits mean nothing. */
function isExact(digits: string): boolean {
  const value = Number(digits);
  return isSafeNumber(digits) || (Number.isFinite(value) && !Number.isInteger(value));
}
