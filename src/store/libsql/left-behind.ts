/** Files in a data folder that processes which were killed have left there: drafts of others, and the card of a hub. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cardName, whileUnheld } from './lock.js';

/** What is written whole is written beside first, as `NAME.PID`. Nothing else of such a name is touched. */
const draft =
  /^(?:(?:admin-token|secret-key|callback-secret|(?:hub|moved|encryption|audit-head)\.json)\.|\.probe-)(\d{1,10})$/;
/** Younger ones may be another machine's, whose processes nobody sees here; in ms. */
const leastAge = 3_600_000;

/** Paths of those that are there while no hub holds the folder; none while one does. */
export function leftBehind(dataDir: string): string[] {
  try {
    if (found(dataDir).length === 0) return [];
    return whileUnheld(dataDir, () => found(dataDir)) ?? [];
  } catch {
    // A folder that cannot be used is told of by another check.
    return [];
  }
}

/** Removes one of them. False: it is none any more, or a hub holds the folder by now. @throws what the system refuses it with */
export function removeLeftBehind(dataDir: string, path: string): boolean {
  const removed = whileUnheld(dataDir, () => {
    if (!found(dataDir).includes(path)) return false;
    rmSync(path);
    return true;
  });
  return removed ?? false;
}

function found(dataDir: string): string[] {
  return readdirSync(dataDir)
    .filter((name) => name === cardName || isOfTheDead(name))
    .map((name) => join(dataDir, name))
    .filter((path) => {
      const file = statSync(path, { throwIfNoEntry: false });
      return file?.isFile() && (path.endsWith(cardName) || Date.now() - file.mtimeMs > leastAge);
    });
}

function isOfTheDead(name: string): boolean {
  const pid = Number(draft.exec(name)?.[1] ?? 0);
  return pid > 0 && !lives(pid);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
