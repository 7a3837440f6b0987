/** The text of documents. Runs in a thread: what others made may take long, or fill the memory. */

/** What a document gives; `problem` is said to a model. */
export type DocumentText = { text: string; cut: boolean } | { problem: string };

/** Of all that is packed in a document, in bytes: one of a few kB can unpack to many GB. */
const maxUnpackedBytes = 64 * 1024 * 1024;

/** The words of a PDF, page by page. */
export async function pdfText(bytes: Uint8Array, maxChars: number): Promise<DocumentText> {
  const { getDocumentProxy } = await import('unpdf');
  try {
    const pdf = await getDocumentProxy(new Uint8Array(bytes));
    let text = '';
    let read = 0;
    while (read < pdf.numPages && text.length <= maxChars) {
      const page = await pdf.getPage(++read);
      const { items } = await page.getTextContent();
      const words = items
        .map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : ''))
        .join('');
      text += `${text && '\n\n'}${words.trim()}`;
      page.cleanup();
    }
    if (text.trim() === '') return { problem: 'it has no text, perhaps only pictures of pages' };
    return { text: text.slice(0, maxChars), cut: text.length > maxChars || read < pdf.numPages };
  } catch (error) {
    return { problem: pdfProblem(error) };
  }
}

function pdfProblem(error: unknown): string {
  return (error as Error).name === 'PasswordException'
    ? 'it is locked with a password'
    : 'it is damaged, or no PDF that can be read';
}

/** The words of a Word document. */
export async function docxText(bytes: Uint8Array, maxChars: number): Promise<DocumentText> {
  try {
    if (!(await fits(bytes))) return { problem: 'it is too large once it is unpacked' };
    const { default: mammoth } = await import('mammoth');
    const { value } = await mammoth.extractRawText({ buffer: Buffer.from(bytes) });
    const text = value.trim();
    if (text === '') return { problem: 'it has no text' };
    return { text: text.slice(0, maxChars), cut: text.length > maxChars };
  } catch {
    return { problem: 'it is damaged, or no Word document that can be read' };
  }
}

/** Unpacks it piece by piece and keeps nothing: what the packed file says of its size may be a lie. */
async function fits(bytes: Uint8Array): Promise<boolean> {
  const { default: JSZip } = await import('jszip');
  let left = maxUnpackedBytes;
  for (const file of Object.values((await JSZip.loadAsync(bytes)).files)) {
    const pieces = file.nodeStream();
    await new Promise<void>((resolve, reject) => {
      pieces.on('data', (piece: Buffer) => {
        left -= piece.length;
        if (left >= 0) return;
        pieces.pause();
        resolve();
      });
      pieces.on('end', resolve);
      pieces.on('error', reject);
    });
    if (left < 0) return false;
  }
  return true;
}
