import type { Config } from '../config.js';
import type { Finding } from '../connector/connector.js';
import { diagnose } from '../diagnosis.js';
import { CarrierError } from '../errors.js';
import { createLogger } from '../logger.js';
import type { Diagnosis } from '../look.js';
import { clockFinding, machineFindings } from '../machine-diagnosis.js';
import { redact } from '../redaction.js';
import { runningHub } from '../running-hub.js';
import { watchDates } from './answered-dates.js';
import { diagnoseRunning } from './doctor-running.js';
import { loadEnvironmentFile } from './environment-file.js';
import { type Mended, mendedJson, tell } from './mend/mended.js';
import { harmless, harmlessJson, harmlessLines, paint, print } from './output.js';
import { pageOfFinding } from './pages.js';

interface Wanted {
  json?: boolean;
  /** Mends first what can be mended by itself; what is found is what is left. */
  fix?: boolean;
}

/**
 * Looks at everything a hub with these settings needs, and says what to do about what is wrong.
 * @throws what `read` throws where settings cannot be read; with `json` that is a finding, so that there is always an answer.
 */
export async function doctor(
  read: () => Config,
  { json = false, fix = false }: Wanted = {},
): Promise<boolean> {
  const mended = fix ? await mendAll(read, json) : [];
  const subjects = (await (json ? readAndDiagnosed(read) : diagnosed(read()))).filter(
    ({ findings }) => findings.length > 0,
  );
  const failed = subjects.flatMap(({ findings }) => findings).filter(({ ok }) => !ok).length;
  if (json)
    print(
      harmlessJson({
        ok: failed === 0,
        ...(fix && { mended: mended.map(mendedJson) }),
        subjects: subjects.map(shown),
      }),
    );
  else {
    for (const { subject, findings } of subjects) {
      print(paint.bold(harmless(subject)));
      for (const finding of findings) print(line(finding, pageOfFinding(subject, finding.check)));
    }
    print(failed === 0 ? `\n${paint.green('All is well.')}` : `\n${paint.red(`${failed} to mend.`)}`);
  }
  return failed === 0;
}

/** The settings' file comes first: it says where all the rest is. */
async function mendAll(read: () => Config, json: boolean): Promise<Mended[]> {
  const { mendConfigFile } = await import('./mend/commas.js');
  const { mend } = await import('./mend/mend.js');
  const mended: Mended[] = [];
  const done = (one: Mended) => {
    mended.push(one);
    if (json) return;
    if (mended.length === 1) print(paint.bold('Mended'));
    tell(one);
  };
  try {
    loadEnvironmentFile();
    mendConfigFile(process.env.CARRIER_CONFIG?.trim() || 'carrier.config.json').forEach(done);
    for (const one of mend(read())) done(one);
  } catch (error) {
    // Settings that cannot be used are told of by whoever reads them next.
    if (!(error instanceof CarrierError)) throw error;
  }
  return mended;
}

async function readAndDiagnosed(read: () => Config): Promise<Diagnosis[]> {
  let config: Config;
  try {
    config = read();
  } catch (error) {
    const { message } = error as Error;
    return [{ subject: 'Settings', findings: [{ check: 'settings can be read', ok: false, fix: message }] }];
  }
  return diagnosed(config);
}

async function diagnosed(config: Config): Promise<Diagnosis[]> {
  const dates = watchDates();
  const hub = config.cluster ? null : hubAt(config.dataDir);
  const [running, besides] = await Promise.all([
    hub?.url ? diagnoseRunning(config, { ...hub, url: hub.url }) : [],
    diagnose(config, createLogger('silent'), { running: Boolean(hub?.url) }),
  ]);
  const ahead = dates.ahead();
  const here: Diagnosis = {
    subject: 'This machine',
    findings: [
      ...machineFindings(config),
      ...(ahead ? [clockFinding(ahead)] : []),
      ...config.warnings.map((fix) => ({ check: 'every setting has a meaning', ok: false, fix })),
    ],
  };
  return [here, ...running, ...besides];
}

/** A data folder that cannot be read is told by another check. */
function hubAt(dataDir: string) {
  try {
    return runningHub(dataDir);
  } catch {
    return null;
  }
}

/** As scripts read it. What extensions and platforms say may quote what they were given. */
function shown({ subject, findings }: Diagnosis) {
  return {
    subject,
    findings: findings.map(({ check, ok, fix }) => {
      const page = ok ? undefined : pageOfFinding(subject, check);
      return {
        ...{ check: redact(check), ok, fix: fix === undefined ? null : redact(fix) },
        ...(page && { page }),
      };
    }),
  };
}

function line({ check, ok, fix }: Finding, page: string | undefined): string {
  const mark = ok ? paint.green('ok ') : paint.red('no ');
  const see = !ok && page ? paint.dim(`\n      See ${page}`) : '';
  // Names of files and fields, and what servers answer, are others' words.
  const advice = fix ? `\n      ${harmlessLines(redact(fix))}` : '';
  return `  ${mark} ${harmless(redact(check))}${advice}${see}`;
}
