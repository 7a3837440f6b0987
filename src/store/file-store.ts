/** Bytes of attachments, addressed by content. */
export interface FileStore {
  /** The key of these bytes: the same bytes have the same key and are stored once. */
  put(bytes: Uint8Array): Promise<string>;
  get(key: string): Promise<Uint8Array | null>;
}
