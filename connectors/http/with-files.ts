import type { Attachment, Host, InboundMessage, Receiving } from '../../src/extension-api.js';

/** A file that lies in memory. */
interface SentFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** A message with the files that came with it, as `host.receive` takes them. */
export function withFiles(
  host: Pick<Host, 'putFile'>,
  message: InboundMessage,
  files: readonly SentFile[],
): { message: InboundMessage; complete?: Receiving['complete'] } {
  if (files.length === 0) return { message };
  return {
    message: { ...message, files: files.map(({ name, bytes }) => ({ name, size: bytes.length })) },
    async complete() {
      const attachments: Attachment[] = [];
      // One by one: where there is no room for one, nothing of the message is kept, and no other is under way.
      for (const { bytes, name, mediaType } of files)
        attachments.push(await host.putFile(bytes, { name, mediaType }, message));
      return { ...message, attachments };
    },
  };
}
