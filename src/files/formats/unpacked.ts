/** Packed files (zip): opened only where all that is in them is small enough. */
import JSZip from 'jszip';

/** Of all that is packed in a document, in bytes: one of a few kB can unpack to many GB. */
const maxUnpackedBytes = 64 * 1024 * 1024;
const maxFiles = 10_000;

/** @returns null where it would be too large. @throws what is wrong with a damaged one. */
export async function unpacked(bytes: Uint8Array): Promise<JSZip | null> {
  if (!saysItFits(bytes)) return null;
  const zip = await JSZip.loadAsync(bytes);
  let left = maxUnpackedBytes;
  // What the packed file says of its size may be a lie: it is unpacked piece by piece, and nothing kept.
  for (const file of Object.values(zip.files)) {
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
    if (left < 0) return null;
  }
  return zip;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;

/** By the list at its end (PKWARE APPNOTE 4.3.12 and 4.3.16), before anything is opened. */
function saysItFits(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endMark) end--;
  if (end < 0) return true;
  if (view.getUint16(end + 10, true) > maxFiles) return false;
  let total = 0;
  for (let at = view.getUint32(end + 16, true); at + 46 <= end && view.getUint32(at, true) === entryMark; ) {
    total += view.getUint32(at + 24, true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return total <= maxUnpackedBytes;
}
