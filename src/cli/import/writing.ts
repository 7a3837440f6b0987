/** Puts what was imported where the hub reads it, and changes nothing that is there already. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { maxDocumentBytes } from '../../core/document-files.js';
import { FatalError } from '../../errors.js';
import { readEnvironmentFile, settingsIn } from '../environment-file.js';
import { quoted, withSettings } from '../init/env-file.js';
import { writeFiles } from '../init/write-files.js';
import type { ImportedAgent } from './plan.js';

export interface Target {
  charactersDir: string;
  /** The `.env` that the hub reads. */
  envFile: string;
  dryRun: boolean;
  overwrite: boolean;
  /** Where it is there, files wait in it for `writeAll`; their bytes are held until then. */
  waiting?: Draft[];
}

type Draft = Parameters<typeof writeFiles>[0][number];

/** All that waits, or none of it. @throws FatalError `invalid_field` where the machine refuses */
export function writeAll({ waiting = [] }: Target): void {
  try {
    writeFiles(waiting);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new FatalError(
      'invalid_field',
      `Nothing was imported: ${path ?? 'a file'} cannot be written (${code}). Make room for it, and import again.`,
      { field: 'characters', cause },
    );
  }
}

/** `kept`: something else is there. */
export interface Written {
  path: string;
  outcome: 'made' | 'same' | 'kept' | 'replaced' | 'refused';
  why?: string;
}

export async function writeAgent(agent: ImportedAgent, target: Target): Promise<Written[]> {
  const written: Written[] = [];
  for (const [kind, files] of [
    ['knowledge', agent.documents],
    ['skills', agent.skills ?? []],
  ] as const)
    for (const { name, content } of files)
      written.push(
        await put(join(target.charactersDir, kind, agent.id, name), () => bytesOf(content), target),
      );
  const file = join(target.charactersDir, `${agent.id}.json`);
  const text = `${JSON.stringify(agent.character, null, 2)}\n`;
  // Last: the hub reads it within a second, and what it names is there then.
  written.push(await put(file, async () => Buffer.from(text), target));
  return written;
}

/** Settings that are not in `.env` yet, in one write; what is set there stays. */
export async function writeSecrets(
  secrets: Readonly<Record<string, string>>,
  { envFile, dryRun, waiting }: Target,
): Promise<Written[]> {
  if (Object.keys(secrets).length === 0) return [];
  const before = readEnvironmentFile();
  const there = before ? settingsIn(before) : {};
  const written: Written[] = [];
  const fresh: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    const path = `.env: ${name}`;
    if (there[name]) {
      written.push({ path, outcome: there[name] === value ? 'same' : 'kept' });
      continue;
    }
    try {
      quoted(name, value);
      fresh[name] = value;
      written.push({ path, outcome: 'made' });
    } catch (error) {
      written.push({ path, outcome: 'refused', why: (error as Error).message });
    }
  }
  if (!dryRun && Object.keys(fresh).length > 0) {
    const draft = { path: envFile, bytes: withSettings(before, fresh), secret: true };
    if (waiting) waiting.push(draft);
    else writeFiles([draft]);
  }
  return written;
}

async function bytesOf(content: { text: string } | { file: string }): Promise<Buffer> {
  if ('text' in content) return Buffer.from(content.text);
  const found = await stat(content.file);
  if (!found.isFile() || found.size > maxDocumentBytes)
    throw new FatalError('invalid_field', `is no file, or larger than ${maxDocumentBytes} bytes`);
  return readFile(content.file);
}

async function put(path: string, read: () => Promise<Buffer>, target: Target): Promise<Written> {
  const shown = relative(dirname(target.charactersDir), path);
  let bytes: Buffer;
  try {
    bytes = await read();
    await inFolder(target.charactersDir, path);
  } catch (error) {
    return { path: shown, outcome: 'refused', why: (error as Error).message };
  }
  const found = await lstat(path).catch(() => null);
  if (found && !found.isFile())
    return { path: shown, outcome: 'refused', why: 'something that is no file is there' };
  if (found && (await readFile(path)).equals(bytes)) return { path: shown, outcome: 'same' };
  if (found && !target.overwrite) return { path: shown, outcome: 'kept' };
  if (target.waiting) target.waiting.push({ path, bytes });
  else if (!target.dryRun) {
    await mkdir(dirname(path), { recursive: true });
    await replace(path, bytes, 0o644);
  }
  return { path: shown, outcome: found ? 'replaced' : 'made' };
}

/** No folder on the way is a link that leads elsewhere. @throws Error */
async function inFolder(folder: string, path: string): Promise<void> {
  const root = await realpath(folder).catch(() => folder);
  for (let at = dirname(path); at.startsWith(folder + sep); at = dirname(at)) {
    const real = await realpath(at).catch(() => null);
    if (real !== null && !real.startsWith(root + sep)) throw new Error(`${at} leads to another folder`);
  }
}

/** Whole or not at all; nobody else can read it at any moment if they may not in the end. */
async function replace(path: string, bytes: Buffer, mode: number): Promise<void> {
  const beside = join(dirname(path), `.import-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(beside, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(beside, mode);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
