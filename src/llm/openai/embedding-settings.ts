import { z } from 'zod';
import type { EmbeddingModel } from './embedding-models.js';

/** What a server's model is like, where it is not one of `embedding-models.ts`; the same for every server. */
export const embeddingSettings = {
  /** Length of a vector: asked for, where a model can make shorter ones. */
  embeddingDimensions: z.number().int().min(1).max(16_000).optional(),
  /** Tokens of a text that it reads. */
  embeddingTokens: z.number().int().min(16).optional(),
  /** Texts of one request, at most. */
  embeddingBatch: z.number().int().min(1).max(2048).optional(),
  /** Stands before a question; empty: nothing does. */
  embeddingQuestionPrefix: z.string().optional(),
  /** Stands before what is looked up. */
  embeddingTextPrefix: z.string().optional(),
  /** It reads only these, ISO 639-1, with commas; `all`. */
  embeddingLanguages: z
    .string()
    .regex(/^(all|[a-z]{2}( *, *[a-z]{2})*)$/, 'must be all, or codes such as en,de')
    .optional(),
};

type Said = { [Field in keyof typeof embeddingSettings]?: z.output<(typeof embeddingSettings)[Field]> };

export interface EmbeddingOptions extends EmbeddingModel {
  /** A length to ask for. */
  askedDimensions?: number;
  batch?: number;
}

/** What the settings say; what they leave out is not in it. */
export function embeddingOptionsOf(said: Said): EmbeddingOptions {
  const { embeddingLanguages: languages } = said;
  const options = {
    ...{
      askedDimensions: said.embeddingDimensions,
      tokens: said.embeddingTokens,
      batch: said.embeddingBatch,
    },
    questionPrefix: spaced(said.embeddingQuestionPrefix),
    textPrefix: spaced(said.embeddingTextPrefix),
    languages: languages?.split(',').map((one) => one.trim()),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Spaces at the end of a setting get lost. */
function spaced(prefix: string | undefined): string | undefined {
  return prefix === undefined || prefix.trim() === '' ? prefix?.trim() : `${prefix.trimEnd()} `;
}
