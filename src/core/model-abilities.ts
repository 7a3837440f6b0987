/** What a model can do, as far as that is known. */
export interface ModelAbilities {
  /** Takes images. */
  sees: boolean;
  /** Takes recordings. */
  hears: boolean;
  /** Calls tools. */
  tools: boolean;
  /** False: it answers by rules, so whatever needs understanding is done by rules as well. Absent: it understands. */
  understands?: boolean;
  /** Tokens of a prompt and its answer together; absent: not known. */
  contextTokens?: number;
  /** US dollars for a million tokens; absent: not known. `cached`: of the input, what the provider had kept; absent: as the rest. */
  price?: { input: number; output: number; cached?: number };
  /** What it takes of images; absent: not known. */
  images?: ImageLimits;
}

export interface ImageLimits {
  /** In one prompt. */
  most: number;
  /** Of each, as they are before they are encoded. */
  maxBytes: number;
  maxPixels: number;
}
