/** What `carrier doctor --fix` has changed, or could not. */
import { redact } from '../../redaction.js';
import { harmless, paint, print } from '../output.js';

export interface Mended {
  what: string;
  before: string;
  after: string;
  /** Where the file is as it was; absent: nothing in it has changed. */
  backup?: string;
  /** Lines that differ. */
  diff?: { before: string; after: string }[];
  /** Why it is as it was. */
  problem?: string;
}

/** Tries one by itself, so that no later one undoes or hides it. */
export function tried(what: Pick<Mended, 'what' | 'before' | 'after'>, work: () => Partial<Mended>): Mended {
  try {
    return { ...what, ...work() };
  } catch (error) {
    return { ...what, problem: (error as Error).message };
  }
}

export function tell({ what, before, after, backup, diff = [], problem }: Mended): void {
  const said = (text: string) => harmless(redact(text));
  const mark = problem === undefined ? paint.green('ok ') : paint.red('no ');
  print(`  ${mark} ${said(what)}: ${before} -> ${after}`);
  if (problem !== undefined) print(`      Not changed: ${said(problem)}`);
  for (const lines of diff) {
    print(paint.red(`      - ${said(lines.before)}`));
    print(paint.green(`      + ${said(lines.after)}`));
  }
  if (backup !== undefined) print(`      As it was: ${said(backup)}`);
}

/** As scripts read it. */
export function mendedJson({ what, before, after, backup, diff = [], problem }: Mended) {
  return {
    ...{ what: redact(what), before, after, ok: problem === undefined },
    ...{ backup: backup ?? null, problem: problem === undefined ? null : redact(problem) },
    diff: diff.map((lines) => ({ before: redact(lines.before), after: redact(lines.after) })),
  };
}
