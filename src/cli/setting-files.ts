/**
 * Whether a running hub still has the settings that its files say: at its start it notes marks of what `.env` and
 * `carrier.config.json` said, and `carrier doctor` compares. What the environment or a flag said instead is not looked at.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Finding } from '../connector/connector.js';
import type { RunningHub, SettingMarks } from '../running-hub.js';
import { settingsIn } from './environment-file.js';

/** Where no mark can be the same: another value counts in place of the file's. */
const overruled = '';

/**
 * @param counting those names of `.env` whose values are in use.
 * @param config absent: in its usual place.
 */
export function markSettings(counting: readonly string[], config: string | undefined): SettingMarks {
  const salt = randomBytes(16).toString('base64url');
  const [env, file] = [resolve('.env'), resolve(config ?? 'carrier.config.json')];
  const said = marksOf(env, salt);
  const marks = Object.keys(said).map((name) => [name, counting.includes(name) ? said[name]! : overruled]);
  return { salt, files: { [env]: Object.fromEntries(marks), [file]: marksOf(file, salt) } };
}

/** What has changed since it started, each file by itself. */
export function changedSince({ settings, startedAt }: Pick<RunningHub, 'settings' | 'startedAt'>): Finding[] {
  if (!settings) return [];
  const { salt, files } = settings;
  const found = Object.entries(files).flatMap(([path, before]): Finding[] => {
    const now = marksOf(path, salt);
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    const changed = names.filter((name) => before[name] !== overruled && before[name] !== now[name]).sort();
    if (changed.length === 0) return [];
    return [
      {
        check: `it has the settings of ${path}`,
        ok: false,
        fix: `${changed.join(', ')}: changed since it started (${startedAt}). Start it again: end it, then carrier start (systemctl restart, docker compose restart).`,
      },
    ];
  });
  return found.length > 0 ? found : [{ check: 'it has the settings that the files say', ok: true }];
}

/** By the names of settings; none where there is no such file. One that cannot be read is another check's. */
function marksOf(path: string, salt: string): Record<string, string> {
  const mark = (value: unknown) =>
    createHmac('sha256', salt).update(JSON.stringify(value)).digest('base64url').slice(0, 16);
  try {
    const bytes = readFileSync(path);
    const said =
      basename(path) === '.env'
        ? settingsIn(bytes)
        : sectionsIn(JSON.parse(bytes.toString().replace(/^\uFEFF/, '')) as object);
    return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, mark(value)]));
  } catch {
    return {};
  }
}

/** What stands in an object goes by its own name: `hub.CARRIER_PORT`. */
function sectionsIn(file: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(file).flatMap(([section, value]): [string, unknown][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([name, inner]) => [`${section}.${name}`, inner])
        : section === '$schema'
          ? []
          : [[section, value]],
    ),
  );
}
