/** The named maps of codes that PDFs with Chinese, Japanese or Korean fonts rely on: pdf.js has them in a package. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = (() => {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')), 'cmaps');
  } catch {
    return null;
  }
})();

/** What pdf.js asks for files; it gets no others. */
export class PackedMaps {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    if (kind !== 'cMapUrl' || folder === null || !/^[\w-]+\.bcmap$/.test(filename))
      throw new Error(`There is no file ${filename}.`);
    return new Uint8Array(await readFile(join(folder, filename)));
  }
}
