/** An embedder as the database knows it. */
export interface KnownEmbedder {
  /** Names its field in every document. */
  key: string;
  dimensions: number;
}
