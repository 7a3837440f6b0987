import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface Written {
  path: string;
  bytes: Buffer | string;
  /** For its owner alone, whatever it was before. */
  secret?: boolean;
}

/**
 * Writes all of them or, where one cannot be written, none. Each is a draft beside its place, with its mode from the
 * moment it is made, and takes the place of what was there at once; links stay links.
 */
export function writeFiles(files: readonly Written[]): void {
  const drafts: { draft: string; to: string }[] = [];
  try {
    for (const { path, bytes, secret } of files) {
      mkdirSync(dirname(path), { recursive: true });
      const to = existsSync(path) ? realpathSync(path) : path;
      const mode = secret ? 0o600 : existsSync(to) ? statSync(to).mode & 0o777 : 0o644;
      const draft = `${to}.${process.pid}.draft`;
      rmSync(draft, { force: true });
      const file = openSync(draft, 'wx', mode);
      drafts.push({ draft, to });
      try {
        const whole = Buffer.from(bytes as string);
        for (let at = 0; at < whole.length; ) at += writeSync(file, whole, at);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    }
    for (const { draft, to } of drafts) renameSync(draft, to);
  } finally {
    for (const { draft } of drafts) rmSync(draft, { force: true });
  }
}
