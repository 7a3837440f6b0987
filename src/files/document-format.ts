/** Which reader a document needs: its bytes say more than its type, and that more than its name. */
import type { DocumentFormat } from './document.js';

const mediaTypes: [pattern: RegExp, format: DocumentFormat][] = [
  [/^application\/pdf\b/, 'pdf'],
  [/^application\/vnd\.openxmlformats-officedocument\.wordprocessingml\.(document|template)\b/, 'docx'],
  [/^(text\/html|application\/xhtml\+xml)\b/, 'html'],
  [/^text\/(x-)?markdown\b/, 'md'],
  [/^(text\/(csv|tab-separated-values)|application\/csv)\b/, 'csv'],
];

const endings: [pattern: RegExp, format: DocumentFormat][] = [
  [/\.pdf$/i, 'pdf'],
  [/\.(docx|docm|dotx)$/i, 'docx'],
  [/\.(html?|xhtml)$/i, 'html'],
  [/\.(md|markdown|mdown|mdx|qmd|rmd)$/i, 'md'],
  [/\.(csv|tsv|tab|psv)$/i, 'csv'],
];

/** Whether the name says what kind of text it is. */
export function namesText(name: string): boolean {
  const ending = endings.find(([pattern]) => pattern.test(name))?.[1];
  return ending === 'html' || ending === 'md' || ending === 'csv';
}

/** What is neither of the others is text. */
export function formatOf(bytes: Uint8Array, about: { name: string; mediaType?: string }): DocumentFormat {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (/^[\s\S]{0,1019}%PDF-/.test(start) && !/^\s*</.test(start)) return 'pdf';
  const ending = endings.find(([pattern]) => pattern.test(about.name))?.[1];
  const said = mediaTypes.find(([pattern]) => pattern.test(about.mediaType ?? ''))?.[1];
  if (start.startsWith('PK\u0003\u0004') && (ending === 'docx' || said === 'docx')) return 'docx';
  if (/^(\u00ef\u00bb\u00bf)?\s*<(!doctype\s+html|html)[\s>]/i.test(start)) return 'html';
  return said ?? ending ?? 'txt';
}
