import type { Config } from '../config.js';
import type { Finding } from '../connector/connector.js';
import { diagnose } from '../diagnosis.js';
import { folderProblem } from '../folder.js';
import { createLogger } from '../logger.js';
import { redact } from '../redaction.js';
import { runningHub } from '../running-hub.js';
import { paint, print } from './output.js';

/** Looks at everything a hub with these settings needs, and says what to do about what is wrong. */
export async function doctor(config: Config): Promise<boolean> {
  const subjects = [
    { subject: 'This machine', findings: here(config) },
    ...(await diagnose(config, createLogger('silent'))),
  ];
  for (const { subject, findings } of subjects.filter(({ findings }) => findings.length > 0)) {
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
  const fix = folderProblem(dataDir, 'CARRIER_DATA_DIR');
  return { check: `the data folder ${dataDir} can be written`, ok: fix === null, ...(fix && { fix }) };
}

function line({ check, ok, fix }: Finding): string {
  const mark = ok ? paint.green('ok ') : paint.red('no ');
  // What extensions and platforms say may quote what they were given.
  return `  ${mark} ${redact(check)}${fix ? `\n      ${redact(fix)}` : ''}`;
}
