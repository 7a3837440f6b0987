/** What was typed, for the arrow keys of the next time: a file of its owner's alone, in the data folder. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const historySize = 500;
/** Longer lines were pasted, and are not kept. */
const longestLine = 2000;

const pathIn = (dataDir: string) => join(dataDir, 'chat-history');

export function readLineHistory(dataDir: string): string[] {
  try {
    return existsSync(pathIn(dataDir))
      ? readFileSync(pathIn(dataDir), 'utf8').split('\n').filter(Boolean)
      : [];
  } catch {
    return [];
  }
}

/** Never throws: a full disk ends no conversation. */
export function keepLineHistory(dataDir: string, lines: readonly string[]): void {
  const kept = lines
    .filter((line) => line.length <= longestLine && !line.startsWith(' '))
    .slice(0, historySize);
  try {
    writeFileSync(pathIn(dataDir), kept.join('\n'), { mode: 0o600 });
    // It may be there already, with other rights.
    chmodSync(pathIn(dataDir), 0o600);
  } catch {
    // Nothing is lost but convenience.
  }
}
