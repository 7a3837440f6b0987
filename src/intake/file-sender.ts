import { isDirect, roomIdOf, scopeOf } from '../core/memory.js';
import { type FileQuota, type FileStore, ownerOf } from '../store/file-store.js';
import type { Checked } from './gate.js';
import type { Notices } from './notices.js';

export interface SentFile {
  bytes: Uint8Array;
  name: string;
  mediaType: string;
}

/** Sends somebody a file where they write, once under this name. It lies in the store for an hour. */
export function fileSender(files: Pick<FileStore, 'put'>, quota: FileQuota, notices: Notices) {
  return async (to: Checked, { bytes, name, mediaType }: SentFile, text: string, once: string) => {
    const scope = scopeOf(to);
    if (!isDirect(scope)) throw new TypeError('A file for one person goes to nobody else.');
    const roomId = roomIdOf(to.agentId, to.source);
    const owner = ownerOf({ ...to, roomId, scope });
    const file = await files.put(bytes, { name, mediaType, owner }, quota);
    const attachments = [{ name, mediaType, size: bytes.length, file }];
    await notices.tell(to, { text, attachments }, once);
  };
}
