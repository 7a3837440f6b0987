import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runningHub } from '../carrier.js';
import type { Config } from '../config.js';
import type { Finding } from '../connector/connector.js';
import { diagnose } from '../diagnosis.js';
import { createLogger } from '../logger.js';
import { redact } from '../redaction.js';
import { paint, print } from './output.js';

/** Looks at everything a hub with these settings needs, and says what to do about what is wrong. */
export async function doctor(config: Config): Promise<boolean> {
  const subjects = [
    { subject: 'This machine', findings: here(config) },
    ...(await diagnose(config, createLogger('silent'))),
  ];
  for (const { subject, findings } of subjects) {
    print(paint.bold(subject));
    for (const finding of findings) print(line(finding));
  }
  const failed = subjects.flatMap(({ findings }) => findings).filter(({ ok }) => !ok).length;
  print(failed === 0 ? `\n${paint.green('All is well.')}` : `\n${paint.red(`${failed} to mend.`)}`);
  return failed === 0;
}

function here({ dataDir, cluster, warnings }: Config): Finding[] {
  const hub = cluster ? null : hubAt(dataDir);
  return [
    { check: `Node ${process.versions.node}`, ok: true },
    writable(dataDir),
    ...(hub?.url ? [{ check: `a hub runs at ${hub.url}`, ok: true }] : []),
    ...warnings.map((fix) => ({ check: 'every setting has a meaning', ok: false, fix })),
  ];
}

/** A data folder that cannot be read is told by the check after this. */
function hubAt(dataDir: string) {
  try {
    return runningHub(dataDir);
  } catch {
    return null;
  }
}

function writable(dataDir: string): Finding {
  const check = `the data folder ${dataDir} can be written`;
  const fix = 'Make it writable for this user, or set CARRIER_DATA_DIR to one that is.';
  const made: string[] = [];
  try {
    // Tried, since permissions alone do not say it; what is made is taken away again.
    make(dataDir, made);
    rmdirSync(mkdtempSync(join(dataDir, '.doctor-')));
    return { check, ok: true };
  } catch (error) {
    const why: Record<string, string> = {
      ENOTDIR: 'A file stands in its place, or in that of a folder above it.',
      ENOENT: 'It cannot be made there.',
      EROFS: 'It is on a read-only file system.',
      ENOSPC: 'The disk is full.',
    };
    const { code = '' } = error as NodeJS.ErrnoException;
    return { check, ok: false, fix: `${why[code] ?? `It cannot be written (${code}).`} ${fix}` };
  } finally {
    for (const folder of made.reverse()) rmdirSync(folder);
  }
}

/** Not Node's `recursive`: where no folders can be made, in /proc say, that never ends. */
function make(folder: string, made: string[]): void {
  if (existsSync(folder)) return;
  make(dirname(folder), made);
  mkdirSync(folder);
  made.push(folder);
}

function line({ check, ok, fix }: Finding): string {
  const mark = ok ? paint.green('ok ') : paint.red('no ');
  // What extensions and platforms say may quote what they were given.
  return `  ${mark} ${redact(check)}${fix ? `\n      ${redact(fix)}` : ''}`;
}
