/** The documents in a folder, as people keep them: without what editors, programs and systems leave beside them. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Larger ones are not read, in bytes. */
export const maxDocumentBytes = 32 * 1024 * 1024;
const mostFiles = 20_000;

/** Locks of office programs and editors, copies, and files that are still being written. */
const leftover =
  /^(?:\.|~\$|#.*#$)|(?:~|\.(?:tmp|temp|swp|swo|part|partial|crdownload|download|bak|lock|lck))$|^(?:Thumbs\.db|desktop\.ini)$/i;
const readable = /\.(?:md|markdown|mdx|txt|text|rst|adoc|log|html?|xhtml|pdf|docx|csv|tsv)$/i;

export interface DocumentFile {
  path: string;
  /** From the folder on, with `/`. */
  name: string;
}

/**
 * Those of a folder and the folders in it, by name; or the one file. Links to folders are not followed, so that none
 * leads back or out; what ends in nothing that can be read is left out.
 */
export async function documentFiles(path: string): Promise<DocumentFile[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [{ path, name: basename(path) }];
  const files: DocumentFile[] = [];
  const inside = await realpath(path);
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (leftover.test(entry.name) || files.length >= mostFiles) continue;
      const [below, name] = [join(folder, entry.name), `${prefix}${entry.name}`];
      if (entry.isDirectory()) await walk(below, `${name}/`);
      else if (
        readable.test(entry.name) &&
        (entry.isFile() || (entry.isSymbolicLink() && (await leadsTo(below, inside))))
      )
        files.push({ path: below, name: name.normalize('NFC') });
    }
  };
  await walk(path, '');
  return files;
}

/** Whether a link leads to a file of the folder. */
async function leadsTo(link: string, inside: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(`${inside}/`) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}
