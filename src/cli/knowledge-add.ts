/**
 * Gives an agent files, folders and pages. Each is sent for itself and kept as soon as the hub has answered, so whoever is
 * cut off starts the same command again: what the hub has already is not sent twice.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type DocumentFile, documentFiles, maxDocumentBytes } from '../core/document-files.js';
import { FatalError } from '../errors.js';
import type { OutputOf } from '../operations/operations.js';
import { carry } from './carry.js';
import { harmless, paint, print } from './output.js';
import type { Own } from './typed.js';

type Listed = OutputOf<'documents.list'>['documents'][number];

/** Between two looks at how far the hub has read, in ms. */
const lookMs = 500;

export async function addKnowledge({ config, args, options, url }: Own): Promise<void> {
  const agentId = String(options.agentId ?? 'assistant');
  const readers = readersOf(options.readers);
  const call = (name: 'documents.add' | 'documents.remove' | 'documents.list', input: object) =>
    carry(config, name, input as Parameters<typeof carry>[2], url);
  const list = () => listed(agentId, call);
  const known = new Map((await list()).map((one) => [one.name, one]));
  const given = new Set<string>();
  let [sent, refused] = [0, 0];
  const refuse = (name: string, problem: string) => {
    refused += 1;
    print(`${paint.red('not taken')} ${harmless(name)}: ${harmless(problem)}`);
  };
  const add = async (name: string, input: object) => {
    try {
      const { id, changed } = (await call('documents.add', {
        agentId,
        readers,
        ...input,
      })) as OutputOf<'documents.add'>;
      given.add(id);
      if (changed) sent += 1;
    } catch (error) {
      if ((error as FatalError).code === 'not_found') throw error;
      refuse(name, (error as Error).message);
    }
  };
  for (const path of args) {
    if (/^https?:\/\//i.test(path)) {
      await add(path, { url: path });
      continue;
    }
    const folder = resolve(path);
    const files = await documentFiles(folder).catch((error: Error) => {
      throw new FatalError('invalid_field', `${path} cannot be read (${error.message}).`);
    });
    for (const [at, file] of files.entries()) {
      const bytes = await bytesOf(file).catch((error: Error) => refuse(file.name, error.message));
      if (!bytes) continue;
      const same = known.get(file.name);
      if (same && isSame(same, bytes, readers)) given.add(same.id);
      else await add(file.name, { name: file.name, content: bytes.toString('base64'), folder });
      progress(`${at + 1} of ${files.length} files are with the hub`, at + 1 === files.length);
    }
    if (options.prune) await prune(folder, files);
  }
  print(
    `${sent} new or changed, ${given.size - sent} as they were${refused > 0 ? `, ${refused} not taken` : ''}.`,
  );
  const failed = options.wait === false ? [] : await reading();
  if (failed.length > 0 || refused > 0) process.exitCode = 1;

  async function prune(folder: string, files: DocumentFile[]): Promise<void> {
    const there = new Set(files.map(({ name }) => name));
    const gone = (await list()).filter(
      ({ at, name, source }) => source === 'upload' && at === folder && !there.has(name),
    );
    for (const { id, name } of gone) {
      await call('documents.remove', { id });
      print(`removed ${harmless(name)}`);
    }
  }

  /** Until all of them are read; those that could not be are told, and given back. */
  async function reading(): Promise<Listed[]> {
    for (;;) {
      const mine = (await list()).filter(({ id }) => given.has(id));
      const done = mine.filter(({ state }) => state === 'ready' || state === 'failed');
      progress(`${done.length} of ${mine.length} are read`, done.length === mine.length);
      if (done.length < mine.length) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        continue;
      }
      for (const { name, state, problems } of mine)
        if (problems.length > 0)
          print(
            `${state === 'failed' ? paint.red('failed') : 'partly read'} ${harmless(name)}: ${harmless(problems.join(' '))}`,
          );
      return mine.filter(({ state }) => state === 'failed');
    }
  }
}

async function listed(
  agentId: string,
  call: (name: 'documents.list', input: object) => Promise<unknown>,
): Promise<Listed[]> {
  const found: Listed[] = [];
  let cursor: string | undefined;
  do {
    const page = (await call('documents.list', {
      agentId,
      limit: 200,
      cursor,
    })) as OutputOf<'documents.list'>;
    found.push(...page.documents.filter(({ own }) => !own));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

async function bytesOf({ path }: DocumentFile): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > maxDocumentBytes)
    throw new Error(`it is larger than ${maxDocumentBytes / 2 ** 20} MB. Split it.`);
  return readFile(path);
}

function isSame({ digest, state, readers: known }: Listed, bytes: Buffer, readers: object): boolean {
  if (state === 'failed' || JSON.stringify(known) !== JSON.stringify(readers)) return false;
  return digest === createHash('sha256').update(bytes).digest('hex');
}

function readersOf(typed: unknown): object {
  if (typeof typed !== 'string') return {};
  if (!typed.trim().startsWith('{')) return { role: typed };
  try {
    return JSON.parse(typed);
  } catch {
    throw new FatalError('invalid_field', '--readers takes a role, or JSON such as {"role":"member"}.');
  }
}

let lastTold = '';

/** A line that goes on where a person is looking; elsewhere now and then one. */
function progress(text: string, last: boolean): void {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r\u001b[K${paint.dim(text)}${last ? '\n' : ''}`);
    return;
  }
  const count = Number.parseInt(text, 10);
  if ((!last && count % 50 !== 0) || text === lastTold) return;
  lastTold = text;
  print(text);
}
