/** What an import did, for whoever asked for it. */

import { clean } from '../../importing.js';
import { harmless, paint, print } from '../output.js';
import type { ImportedAgent, Remark } from './plan.js';
import type { Written } from './writing.js';

const words: Record<Written['outcome'], string> = {
  made: 'made',
  same: 'as it was',
  kept: 'kept',
  replaced: 'replaced',
  refused: 'not taken',
};

export function reportAgent({ id, from, steps, remarks }: ImportedAgent, written: Written[]): void {
  print(paint.bold(`${id}, from ${said(from)}`));
  reportWritten(written);
  if (remarks.length > 0) {
    print(`  Not taken over, or not as it was (${remarks.length}):`);
    for (const remark of remarks) print(`    ${remarkLine(remark)}`);
  }
  for (const step of steps) print(`  To do: ${said(step)}`);
}

export function reportWritten(written: Written[]): void {
  for (const { path, outcome, why } of written) {
    const kept = path.startsWith('.env: ')
      ? 'it is set already, to something else'
      : 'something else is there; --overwrite replaces it';
    const more = outcome === 'kept' ? kept : why;
    print(`  ${words[outcome].padEnd(9)} ${said(path)}${more ? paint.dim(` (${said(more)})`) : ''}`);
  }
}

export function remarkLine({ path, why }: Remark): string {
  return `${said(path)}: ${said(why)}`;
}

/** What the source says, as a report may have it. */
export function said(text: string): string {
  return harmless(clean(text));
}
