/** Files of a message: pictures are shown, others are saved. */
import type { Conversation } from './conversation.js';
import type { StoredFile, StoredMessage } from './transport.js';

const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

interface Props {
  of: Conversation;
  message: Pick<StoredMessage, 'attachments'> & { id?: string };
  /** Of this page's own uploads, by their places. */
  pictures?: (string | undefined)[];
}

export function Files({ of, message: { id, attachments = [] }, pictures }: Props) {
  if (attachments.length === 0) return null;
  return (
    <ul class="files" aria-label="Files">
      {attachments.map((file, index) => (
        <li key={index}>
          <File file={file} stored={id && of.transport.fileAddress(id, index)} picture={pictures?.[index]} />
        </li>
      ))}
    </ul>
  );
}

function File({
  file: { name, mediaType, size },
  stored,
  picture,
}: {
  file: StoredFile;
  stored: string | undefined;
  picture: string | undefined;
}) {
  const source = picture ?? (shownTypes.has(mediaType) ? stored : undefined);
  const inside = (
    <>
      {source && <img src={source} alt="" loading="lazy" />}
      <span class="file-name">{name}</span> <span class="file-size">{sized(size)}</span>
    </>
  );
  if (!stored) return <span class="file">{inside}</span>;
  return (
    <a class="file" href={stored} download={name}>
      {inside}
    </a>
  );
}

export function sized(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
