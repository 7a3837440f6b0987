/** What an ElizaOS character knows: sentences, files and folders, in each of the shapes that its versions write. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { documentFiles } from '../../core/document-files.js';
import type { Document, Remark } from './plan.js';
import { isFolder, within } from './source.js';

/** More is no knowledge of one character. */
const mostDocuments = 2000;

export interface Knowledge {
  documents: Document[];
  remarks: Remark[];
}

/**
 * @param fields what it knows, by the field that says so; a file that several of them name is there once
 * @param roots folders from which its paths may be meant, the nearest first; nothing outside of them is read.
 */
export async function knowledgeOf(
  fields: Readonly<Record<string, unknown>>,
  roots: string[],
): Promise<Knowledge> {
  const found: Found = { documents: [], remarks: [], files: new Set() };
  const statements: string[] = [];
  for (const [path, items] of Object.entries(fields)) {
    if (items === undefined) continue;
    if (Array.isArray(items)) await addItems(found, items, path, { roots, statements });
    else found.remarks.push({ path, why: 'is no list' });
  }
  if (statements.length > 0)
    found.documents.push({
      name: 'statements.md',
      content: { text: `${statements.map((one) => `- ${one.replace(/\s*\n\s*/g, ' ')}`).join('\n')}\n` },
    });
  return withoutDoubles(found);
}

interface Found extends Knowledge {
  /** The real ones of documents. */
  files: Set<string>;
}

async function addItems(
  found: Found,
  items: unknown[],
  path: string,
  { roots, statements }: { roots: string[]; statements: string[] },
): Promise<void> {
  for (const [at, item] of items.entries()) {
    const here = `${path}[${at}]`;
    const known = itemOf(item);
    if (known === null) found.remarks.push({ path: here, why: 'has no shape of knowledge that is known' });
    else if ('text' in known) {
      if (known.name) found.documents.push({ name: textName(known.name), content: { text: known.text } });
      else statements.push(known.text);
    } else if (!(await addFiles(found, known.path, here, roots))) {
      if (known.maybeStatement && !looksLikePath(known.path)) statements.push(known.path);
      else
        found.remarks.push({
          path: here,
          why: `${known.path} is not there, is empty, or lies outside of the source: nothing of it is taken`,
        });
    }
    if (known && 'shared' in known && known.shared)
      found.remarks.push({
        path: `${here}.shared`,
        why: 'each agent here has documents of its own: give it to the others, too (carrier knowledge add)',
      });
  }
}

type Item = { text: string; name?: string } | { path: string; maybeStatement?: boolean; shared?: boolean };

function itemOf(item: unknown): Item | null {
  if (typeof item === 'string')
    return item.trim() === '' ? null : { path: item.trim(), maybeStatement: true };
  if (typeof item !== 'object' || item === null) return null;
  const { content, path, directory, shared, item: wrapped } = item as Record<string, unknown>;
  if (typeof wrapped === 'object' && wrapped !== null) {
    const { value } = wrapped as { value?: unknown };
    return typeof value === 'string' ? { path: value } : itemOf(value);
  }
  if (typeof content === 'string')
    return content.trim() === '' ? null : { text: content, name: typeof path === 'string' ? path : 'note' };
  const place = [path, directory].find((one) => typeof one === 'string' && one !== '');
  return place === undefined ? null : { path: place as string, shared: shared === true };
}

/** Ends in something like `.md`, or has a folder in it: no sentence does. */
function looksLikePath(text: string): boolean {
  return /^(?:\.{0,2}\/|[A-Za-z]:\\)\S*$|^[^\s]+\.[a-z0-9]{1,5}$|^[^\s]+\/[^\s]*$/i.test(text);
}

/** Whether anything was found there. */
async function addFiles(found: Found, named: string, path: string, roots: string[]): Promise<boolean> {
  if (named.length > 4096) return false;
  for (const root of roots) {
    const place = await within(root, named);
    if (place === null) continue;
    const folder = await isFolder(place);
    const files = await documentFiles(place);
    if (files.length === 0) continue;
    const real = await realpath(root);
    const above = relative(real, folder ? place : dirname(place)) || (folder ? basename(place) : '');
    for (const file of files) {
      const content = await realpath(file.path);
      if (found.files.has(content)) continue;
      found.files.add(content);
      found.documents.push({ name: join(above, file.name), content: { file: file.path } });
    }
    if (files.length > mostDocuments)
      found.remarks.push({ path, why: `has ${files.length} files; the first ${mostDocuments} are taken` });
    return true;
  }
  return false;
}

/** Two of one name would lie in each other's place; no name leads out of the folder. */
function withoutDoubles({ documents, remarks }: Knowledge): Knowledge {
  const names = new Set<string>();
  const kept = documents.slice(0, mostDocuments).map((document) => {
    const clean = document.name
      .split(/[\\/]+/)
      .filter((part) => part !== '' && !/^\.+$/.test(part))
      .map((part) =>
        part
          .replace(/\p{Cc}|[<>:"|?*]/gu, '_')
          .replace(/^\./, '_')
          .slice(0, 120),
      )
      .join('/');
    let name = clean || 'document.md';
    for (let number = 2; names.has(name.toLowerCase()); number++)
      name = clean.replace(/(\.[^./]*)?$/, `-${number}$1`);
    names.add(name.toLowerCase());
    return { ...document, name };
  });
  if (documents.length > mostDocuments)
    remarks.push({
      path: 'knowledge',
      why: `has ${documents.length} documents; the first ${mostDocuments} are taken`,
    });
  return { documents: kept, remarks };
}

function textName(path: string): string {
  return /\.(?:md|markdown|txt)$/i.test(path) ? path : `${path.replace(/\.[a-z0-9]{1,5}$/i, '')}.md`;
}
