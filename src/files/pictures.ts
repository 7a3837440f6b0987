/** Pictures as a model takes them: turned upright, and made smaller where they are too large. */
import type { Image } from '../llm/llm.js';

export interface PictureLimits {
  maxBytes: number;
  maxPixels: number;
}

/** A picture of more pixels is not even opened: its few kB could unpack to many GB. */
const mostPixels = 120_000_000;
const seconds = 20;
/** What every model that sees takes. */
const common = /^image\/(png|jpeg|gif|webp)$/;

/** @returns null for what cannot be opened, or not made small enough. */
export async function scaled(
  bytes: Uint8Array,
  mediaType: string,
  limits: PictureLimits,
): Promise<Image | null> {
  // Loaded with the first picture: a hub is ready sooner without it.
  const { default: sharp } = await import('sharp');
  const open = () => sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' }).timeout({ seconds });
  try {
    const { width, height, hasAlpha, pages = 1 } = await open().metadata();
    // A little less: sides are rounded.
    let pixels = Math.min(width * height, 0.99 * limits.maxPixels);
    const asItIs = common.test(mediaType) && pages === 1 && bytes.length <= limits.maxBytes;
    if (asItIs && width * height <= limits.maxPixels) return { mediaType, bytes };
    for (let quality = 85; quality > 30; quality -= 15, pixels /= 2) {
      const longest = Math.max(
        1,
        Math.floor(Math.sqrt((pixels * Math.max(width, height)) / Math.min(width, height))),
      );
      const smaller = open()
        .rotate()
        .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true });
      const made = await (hasAlpha && quality === 85
        ? smaller.png({ compressionLevel: 9 })
        : smaller.flatten({ background: '#ffffff' }).jpeg({ quality })
      ).toBuffer({ resolveWithObject: true });
      if (made.data.length <= limits.maxBytes)
        return { mediaType: `image/${made.info.format}`, bytes: made.data };
    }
    return null;
  } catch {
    return null;
  }
}
