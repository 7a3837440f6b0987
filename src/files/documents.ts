/** The words of documents. Runs in a thread: `document-reader.ts` calls it. */
import {
  type About,
  type DocumentFormat,
  failed,
  type ReadDocument,
  type Section,
  wholeText,
} from './document.js';
import { decode, looksLikeText } from './encoding.js';

/** Longest text that is read of a document, in UTF-16 code units. */
const mostChars = 16_000_000;

export async function readBytes(
  bytes: Uint8Array,
  { format, maxChars = mostChars, fetched }: About & { format: DocumentFormat },
): Promise<ReadDocument> {
  const read = await ofFormat(bytes, format, maxChars);
  if (fetched && format === 'html') {
    const { standInFor } = await import('./formats/html-stand-in.js');
    const { text } = await decode(bytes, maxChars);
    const why = standInFor(text, wholeText(read), fetched);
    if (why)
      return failed(
        format,
        `it has no readable content: ${why}`,
        'Save the page in a browser and add the file.',
      );
  }
  const isEmpty = read.sections.every(({ headings, blocks }) => headings.length === 0 && blocks.length === 0);
  if (!isEmpty || read.problems.some(({ outcome }) => outcome === 'failed')) return read;
  return failed(format, 'it has no text', 'Add a file with words in it.');
}

/** A reader is loaded with the first document it reads. */
async function ofFormat(bytes: Uint8Array, format: DocumentFormat, maxChars: number): Promise<ReadDocument> {
  if (format === 'pdf') return (await import('./formats/pdf.js')).readPdf(bytes, maxChars);
  if (format === 'docx') return (await import('./formats/docx.js')).readDocx(bytes);
  if (!looksLikeText(bytes)) return failed(format, 'it is no text, and no document that can be read', kinds);
  const { text, cut } = await decode(bytes, maxChars);
  try {
    return { format, sections: await sectionsOf(text, format), cut, problems: [] };
  } catch {
    return failed(format, 'it is damaged, or not what its name says', 'Save it anew, or as plain text.');
  }
}

async function sectionsOf(text: string, format: DocumentFormat): Promise<Section[]> {
  switch (format) {
    case 'html': {
      const { htmlSections } = await import('./formats/html.js');
      return htmlSections(text);
    }
    case 'csv':
      return (await import('./formats/csv.js')).csvSections(text);
    case 'md':
      return (await import('./formats/markdown.js')).markdownSections(text);
    default:
      return (await import('./formats/plain.js')).plainSections(text);
  }
}

const kinds = 'Save it as md, txt, html, pdf, docx or csv.';
