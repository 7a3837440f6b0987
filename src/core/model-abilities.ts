/** What a model can do, as far as that is known. */
export interface ModelAbilities {
  /** Takes images. */
  sees: boolean;
  /** Takes recordings. */
  hears: boolean;
  /** Calls tools. */
  tools: boolean;
  /** Tokens of a prompt and its answer together; absent: not known. */
  contextTokens?: number;
  /** US dollars for a million tokens; absent: not known. */
  price?: { input: number; output: number };
}
