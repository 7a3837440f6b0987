/** Looks for words in all that a hub has written: files of its folder, collections and indexes, keys of Redis, its log. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Binary, MongoClient } from 'mongodb';

/** As bytes in which a word can lie; case is folded where that can be told from bytes. */
function formsOf(word: string): Map<string, Buffer> {
  const forms = new Map<string, Buffer>();
  const wide = Buffer.from(word.toLowerCase(), 'utf16le');
  forms.set('text', Buffer.from(word.toLowerCase()));
  forms.set('UTF-16 LE', wide);
  forms.set('UTF-16 BE', Buffer.from(wide).swap16());
  forms.set('hex', Buffer.from(Buffer.from(word).toString('hex')));
  // Wherever it begins within the bytes that were encoded; the first and last letters depend on their neighbours.
  for (const [encoding, text] of [
    ['base64', word],
    ['base64 in lower case', word.toLowerCase()],
  ] as const)
    for (const before of [0, 1, 2]) {
      const encoded = Buffer.concat([Buffer.alloc(before, 120), Buffer.from(text)]).toString('base64url');
      const whole = encoded.slice(
        before === 0 ? 0 : before + 1,
        Math.floor(((before + text.length) * 8) / 6),
      );
      forms.set(`${encoding}, ${before} before`, Buffer.from(whole));
    }
  return forms;
}

/** What of it is found in these bytes, and how it is written. */
export function found(bytes: Buffer, word: string): string[] {
  const folded = Buffer.from(bytes);
  for (let at = 0; at < folded.length; at++) if (folded[at]! >= 65 && folded[at]! <= 90) folded[at]! += 32;
  return [...formsOf(word)].flatMap(([form, wanted]) => {
    const where = form.startsWith('base64') ? bytes : folded;
    const other = Buffer.from(wanted.toString('latin1').replaceAll('-', '+').replaceAll('_', '/'), 'latin1');
    return where.includes(wanted) || (form.startsWith('base64') && where.includes(other)) ? [form] : [];
  });
}

/** How often it is found in these bytes, in whatever form. */
export function occurrences(bytes: Buffer, word: string): number {
  const folded = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');
  let count = 0;
  for (const [form, wanted] of formsOf(word)) {
    const where = form.startsWith('base64') ? bytes : folded;
    for (let at = where.indexOf(wanted); at >= 0; at = where.indexOf(wanted, at + 1)) count++;
  }
  return count;
}

/** Also what is no table: write-ahead logs, free pages, files of secrets. `except`: files of the test's own. */
export function scanFolder(folder: string, words: readonly string[], except = /^$/): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    if (except.test(name) || !statSync(path).isFile()) return [];
    const bytes = readFileSync(path);
    return words.flatMap((word) => found(bytes, word).map((form) => `${name}: ${word} as ${form}`));
  });
}

/** Every document of every collection, and what says how they are indexed. */
export async function scanDatabase(
  url: string,
  database: string,
  words: readonly string[],
): Promise<string[]> {
  const client = new MongoClient(url);
  const hits: string[] = [];
  try {
    const db = client.db(database);
    for (const { name } of await db.listCollections().toArray()) {
      const look = (value: unknown) => {
        for (const [path, bytes] of bytesOf(value))
          for (const word of words)
            for (const form of found(bytes, word)) hits.push(`${name}${path}: ${word} as ${form}`);
      };
      for await (const document of db.collection(name).find()) look(document);
      look(await db.collection(name).indexes());
    }
  } finally {
    await client.close();
  }
  return hits;
}

/** All of it in one, values one after the other. */
export async function databaseBytes(url: string, database: string): Promise<Buffer> {
  const client = new MongoClient(url);
  const all: Buffer[] = [];
  try {
    for (const { name } of await client.db(database).listCollections().toArray())
      for await (const document of client.db(database).collection(name).find())
        for (const [, bytes] of bytesOf(document)) all.push(bytes, Buffer.from('\n'));
  } finally {
    await client.close();
  }
  return Buffer.concat(all);
}

/** By where it lies. Names of fields count. */
function bytesOf(value: unknown, path = ''): [path: string, bytes: Buffer][] {
  if (value instanceof Binary) return [[path, Buffer.from(value.buffer)]];
  if (Buffer.isBuffer(value)) return [[path, value]];
  if (typeof value !== 'object' || value === null) return [[path, Buffer.from(String(value))]];
  return Object.entries(value).flatMap(([name, one]) => [
    [path, Buffer.from(name)] as [string, Buffer],
    ...bytesOf(one, `${path}.${name}`),
  ]);
}
