import type { Memory } from '../core/memory.js';
import { discreet } from '../memory/secrets.js';
import type { Checked } from './gate.js';

/** More of them are not even named. */
const mostNamed = 10;

/** Talk that is only overheard: nobody asked the agent to read its files, so they are named, and never fetched. */
export function withFilesNamed(message: Checked): Checked {
  const names = message.files.slice(0, mostNamed).map(({ name }) => `[file ${name}, not read]`);
  return { ...message, text: [message.text, ...names].filter(Boolean).join('\n'), files: [] };
}

/** Nobody asked for anything, so secrets in it serve nothing; what waits for its answer stays as it is. */
export function asOverheard(memory: Memory): Memory {
  return memory.status === 'kept' ? discreet(memory) : memory;
}
