/** PDF: the words of its pages. */
import { failed, type ReadDocument, type ReadProblem } from '../document.js';
import { Sections } from '../sections.js';

export async function readPdf(bytes: Uint8Array, maxChars: number): Promise<ReadDocument> {
  const { getDocumentProxy } = await import('unpdf');
  try {
    const pdf = await getDocumentProxy(new Uint8Array(bytes));
    const sections = new Sections();
    let chars = 0;
    let read = 0;
    while (read < pdf.numPages && chars <= maxChars) {
      const page = await pdf.getPage(++read);
      sections.page(read);
      const { items } = await page.getTextContent();
      const words = items
        .map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : ''))
        .join('');
      sections.add({ kind: 'text', text: words });
      chars += words.length;
      page.cleanup();
    }
    const problems: ReadProblem[] = [];
    return {
      format: 'pdf',
      sections: sections.all(),
      pages: pdf.numPages,
      cut: chars > maxChars || read < pdf.numPages,
      problems,
    };
  } catch (error) {
    return (error as Error).name === 'PasswordException'
      ? failed('pdf', 'it is locked with a password', 'Save a copy without a password.')
      : failed('pdf', 'it is damaged, or no PDF that can be read', 'Save it anew as PDF.');
  }
}
