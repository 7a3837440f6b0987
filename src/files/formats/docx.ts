/** Word documents (ECMA-376, WordprocessingML). */
import { failed, type ReadDocument } from '../document.js';
import { plainSections } from './plain.js';
import { unpacked } from './unpacked.js';

export async function readDocx(bytes: Uint8Array): Promise<ReadDocument> {
  try {
    if (!(await unpacked(bytes)))
      return failed('docx', 'it is too large once it is unpacked', 'Save it anew, without its pictures.');
    const { default: mammoth } = await import('mammoth');
    const { value } = await mammoth.extractRawText({ buffer: Buffer.from(bytes) });
    return { format: 'docx', sections: plainSections(value), cut: false, problems: [] };
  } catch {
    return failed('docx', 'it is damaged, or no Word document that can be read', 'Save it anew as docx.');
  }
}
