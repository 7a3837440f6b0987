/** How a model failed last. */
export interface LastFailure {
  code: string;
  message: string;
  /** Unix ms; null: it was another process's. */
  at: number | null;
}
