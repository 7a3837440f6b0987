/** What `carrier doctor` shows of the machine: program, disk, clock and who may read secrets. */
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Config } from './config.js';
import type { Finding } from './connector/connector.js';
import { folderProblem } from './folder.js';
import { packageFolder } from './package-folder.js';
import { leftBehind } from './running-hub.js';

/** With less free space, in bytes, a database may fail in the middle of a write. */
const leastFree = 200 * 2 ** 20;
/** Tokens, approvals and schedules compare clocks; answers carry whole seconds, and some time on the way. In ms. */
const mostSkewMs = 5_000;

export function machineFindings(config: Config): Finding[] {
  return [
    { check: `Node ${process.versions.node}`, ok: true },
    installed(),
    writable(config.dataDir),
    ...free(config.dataDir),
    ...openSecrets(config).map(({ path, mode }) => ({
      check: `${path} can be read by its owner alone (it is ${mode.toString(8)})`,
      ok: false,
      fix: `chmod 600 ${path}`,
    })),
    ...leftBehind(config.dataDir).map((path) => ({
      check: `${path} is of a process that has ended`,
      ok: true,
      fix: 'It does no harm, and may be removed.',
    })),
  ];
}

/** @param ahead of whom, and by how many ms its clock is ahead of this machine's. */
export function clockFinding(ahead: { of: string; ms: number }): Finding {
  const { of, ms } = ahead;
  const ok = Math.abs(ms) <= mostSkewMs;
  const seconds = `${(Math.abs(ms) / 1000).toFixed(1)} s`;
  return ok
    ? { check: `this machine's clock and that of ${of} agree within ${mostSkewMs / 1000} s`, ok }
    : {
        check: `this machine's clock is ${seconds} ${ms > 0 ? 'behind' : 'ahead of'} that of ${of}`,
        ok,
        fix: 'Set one of both right: let NTP run on each (timedatectl set-ntp true).',
      };
}

/** Files with secrets that others than their owner may read. Windows has no such modes. */
export function openSecrets({ dataDir }: Pick<Config, 'dataDir'>): { path: string; mode: number }[] {
  if (process.platform === 'win32') return [];
  const own = ['admin-token', 'secret-key', 'callback-secret', 'chat-history'].map((name) =>
    join(dataDir, name),
  );
  return [...(holdsSecret('.env') ? ['.env'] : []), ...own].flatMap((path) => {
    const found = stat(path);
    const mode = (found?.mode ?? 0) & 0o777;
    return found?.isFile() && (mode & 0o077) !== 0 ? [{ path, mode }] : [];
  });
}

/** A path that leads through a file is none; the check of the folder tells of that. */
function stat(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function holdsSecret(path: string): boolean {
  try {
    const set = Object.entries(parseEnv(readFileSync(path, 'utf8')));
    return set.some(
      ([name, value]) =>
        value !== undefined &&
        value.trim() !== '' &&
        (/(TOKEN|KEY|SECRET|PASSWORD)S?$/.test(name) || /^[a-z+]+:\/\/[^/?#@:]*:[^/?#@]+@/i.test(value)),
    );
  } catch {
    return false;
  }
}

/** Packages as they are installed, against the lock file of a checkout: an update that was pulled and not installed. */
function installed(): Finding {
  const { name, version } = json(join(packageFolder, 'package.json')) as { name: string; version: string };
  const check = `${name} ${version}`;
  const wanted = packagesIn(join(packageFolder, 'package-lock.json'));
  const there = packagesIn(join(packageFolder, 'node_modules', '.package-lock.json'));
  const other = Object.keys(there).find(
    (path) => wanted[path] && wanted[path].version !== there[path]!.version,
  );
  if (other === undefined) return { check, ok: true };
  return {
    check: `${check}: its packages are those of package-lock.json`,
    ok: false,
    fix: `${other} is ${there[other]!.version}, and package-lock.json has ${wanted[other]!.version}: run npm ci in ${packageFolder}.`,
  };
}

function packagesIn(path: string): Record<string, { version?: string }> {
  if (!existsSync(path)) return {};
  return ((json(path) as { packages?: Record<string, { version?: string }> } | null)?.packages ??
    {}) as never;
}

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function writable(dataDir: string): Finding {
  const fix = folderProblem(dataDir, 'CARRIER_DATA_DIR');
  return { check: `the data folder ${dataDir} can be written`, ok: fix === null, ...(fix && { fix }) };
}

function free(dataDir: string): Finding[] {
  let at = dataDir;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  let bytes: number;
  try {
    const { bavail, bsize } = statfsSync(at);
    bytes = bavail * bsize;
  } catch {
    // Some file systems do not say; the check before this one tells of folders that cannot be used.
    return [];
  }
  // Those that are no disk have no size.
  if (bytes === 0 && folderProblem(dataDir, 'CARRIER_DATA_DIR') !== null) return [];
  const ok = bytes >= leastFree;
  const size = bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${Math.floor(bytes / 2 ** 20)} MB`;
  const check = `its disk has ${size} free`;
  return [
    { check, ok, ...(!ok && { fix: 'Make room, or set CARRIER_DATA_DIR to a folder on another disk.' }) },
  ];
}
