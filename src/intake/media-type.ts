/**
 * What a file is, by its bytes and, where they are text, by its name. What its sender says counts for nothing, but for
 * one thing: what is said to be a picture and is none is not taken for anything else either.
 */
import { extname } from 'node:path';
import { looksLikeText } from '../files/encoding.js';

/** The signatures of all formats lie in here; of an office document at least that it is a ZIP file. */
const lookedAtBytes = 256 * 1024;

const unknownType = 'application/octet-stream';

/** Endings of text, as far as their type is more than `text/plain`. Markup never counts as a picture: it can carry scripts. */
const textTypes: Record<string, string> = {
  ...{ '.md': 'text/markdown', '.markdown': 'text/markdown', '.csv': 'text/csv' },
  ...{
    '.tsv': 'text/tab-separated-values',
    '.css': 'text/css',
    '.ics': 'text/calendar',
    '.vcf': 'text/vcard',
  },
  ...{ '.html': 'text/html', '.htm': 'text/html', '.xhtml': 'text/html' },
  ...{ '.xml': 'application/xml', '.svg': 'application/xml' },
  ...{ '.json': 'application/json', '.yaml': 'application/yaml', '.yml': 'application/yaml' },
  ...{ '.toml': 'application/toml', '.sql': 'application/sql', '.sh': 'application/x-sh' },
  ...{ '.js': 'text/javascript', '.mjs': 'text/javascript', '.cjs': 'text/javascript' },
};

const pictureEndings = /\.(png|apng|jpe?g|jfif|gif|webp|bmp|ico|tiff?|heic|heif|avif|jxl)$/i;

/** Formats whose files may be all text; other signatures in a text are chance: "BM", "GIF", "MZ" begin words. */
const textualFormats = /^(text\/|application\/(xml|pdf|rtf|postscript|eps|pgp-encrypted)$)|\+xml$/;

/** How pictures that models see begin; the library takes a few letters for enough, and a model fails on the rest. */
const pictureHeads: Record<string, RegExp> = {
  'image/png': /^\x89PNG\r\n.\n.{4}IHDR.{17}/s,
  'image/jpeg': /^\xff\xd8\xff[\xc0-\xfe]/,
  'image/gif': /^GIF8[79]a.{7}/s,
  'image/webp': /^RIFF.{4}WEBPVP8/s,
};

/** @param said the media type that the sender states */
export async function mediaTypeOf(bytes: Uint8Array, name: string, said = ''): Promise<string> {
  const text = looksLikeText(bytes);
  const found = await signatureIn(bytes.subarray(0, lookedAtBytes));
  if (found && (!text || textualFormats.test(found))) return markup(found, name);
  const ending = extname(name).toLowerCase();
  const known = textTypes[ending];
  if (!text || (!known && (pictureEndings.test(name) || /^image\//i.test(said)))) return unknownType;
  return known ?? 'text/plain';
}

async function signatureIn(bytes: Uint8Array): Promise<string | null> {
  // Loaded with the first file: a hub is ready sooner without it.
  const { fileTypeFromBuffer } = await import('file-type');
  const type = await fileTypeFromBuffer(bytes).catch(() => undefined);
  // An animated one is a PNG all the same, and shown as one by whoever does not know better.
  if (type?.mime === 'image/apng') return 'image/png';
  // The mark of UTF-16 is a sound to the library.
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (!type || (type.mime === 'audio/mpeg' && start.startsWith('\xff\xfe'))) return null;
  return (pictureHeads[type.mime]?.test(start) ?? true) ? type.mime : null;
}

/** XML by its first line, whatever the dialect; a page says more by its ending. */
function markup(found: string, name: string): string {
  if (!/^application\/xml$|\+xml$/.test(found)) return found;
  const named = textTypes[extname(name).toLowerCase()];
  return named === 'text/html' ? named : 'application/xml';
}
