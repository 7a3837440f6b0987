export interface Unembedded {
  id: string;
  text: string;
}

/** The vectors that searches by meaning compare, one for each memory and embedder. */
export interface Vectors {
  /** Memories without a vector of this embedder, oldest first. */
  unembedded(embedder: string, limit: number): Promise<Unembedded[]>;
  /** Vectors are only ever compared with others of the same embedder. Forgotten ids are passed over. */
  saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void>;
  /**
   * Removes at most `limit` vectors of embedders other than `keep` that are not in use: since `unusedSince` (Unix ms),
   * to a minute or so, nobody has called `unembedded` or `saveEmbeddings` with them. Returns how many went; 0 when no
   * such vector is left.
   */
  dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number>;
}
