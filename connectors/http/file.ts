/** A file of a message, as it is downloaded: never shown by the browser as a page of the hub's own. */
import type { ServerResponse } from 'node:http';
import type { Attachment } from '../../src/extension-api.js';

export function sendFile(res: ServerResponse, { name, mediaType }: Attachment, bytes: Uint8Array): void {
  res.writeHead(200, {
    'Content-Type': mediaType,
    'Content-Length': bytes.length,
    'Content-Disposition': `attachment; filename="${plain(name)}"; filename*=UTF-8''${encoded(name)}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-store',
  });
  res.end(bytes);
}

/** For old clients; RFC 6266, appendix D. */
function plain(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
}

/** RFC 8187, section 3.2.1. */
function encoded(name: string): string {
  return encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd')).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
