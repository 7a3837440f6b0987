import { once } from 'node:events';
import { harmless as harmlessText } from '../core/harmless.js';

/** Where people read: the program's own words go to standard output, logs to standard error. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** As `print`, of more than memory holds: waits for a slower reader. False when it has gone. */
export async function printed(text: string): Promise<boolean> {
  if (!process.stdout.writable) return false;
  if (process.stdout.write(`${text}\n`)) return true;
  return once(process.stdout, 'drain').then(
    () => true,
    () => false,
  );
}

/** A line of a list; what is empty is left out. */
export function row(...cells: string[]): string {
  return cells.filter(Boolean).join('  ');
}

/** Says how to go on where an answer has more pages. */
export function more(nextCursor: string | null): string[] {
  return nextCursor ? [`More: --cursor ${nextCursor}`] : [];
}

/** Colour and cursor codes only where a person is looking. */
export const paint = {
  dim: (text: string) => wrap(2, text),
  bold: (text: string) => wrap(1, text),
  red: (text: string) => wrap(31, text),
  green: (text: string) => wrap(32, text),
  cyan: (text: string) => wrap(36, text),
};

/** A command as this person can type it: as they called the program, by npm, npx or its name. */
export function command(name: 'chat' | 'console' | 'doctor' | 'init' | 'start'): string {
  const { npm_lifecycle_event: script } = process.env;
  if (script !== 'start' && script !== 'chat') return `${script === 'npx' ? 'npx ' : ''}carrier ${name}`;
  return name === 'chat' ? 'npm run chat' : name === 'start' ? 'npm start' : `npx carrier ${name}`;
}

/** What strangers and models wrote: nothing in it may move the cursor or turn a line around. */
export function harmless(text: string): string {
  return harmlessLines(text).replace(/[\n\t]/g, '?');
}

/** The same of more than one line. */
export function harmlessLines(text: string): string {
  return harmlessText(text, '?');
}

/** JSON that is harmless, too, and still says the same. */
export function harmlessJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu,
    (found) =>
      [...Array(found.length).keys()]
        .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}

function wrap(code: number, text: string): string {
  const plain = !process.stdout.isTTY || process.env.NO_COLOR;
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}
