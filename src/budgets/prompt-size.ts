/** How many tokens a request has. */
import { estimateTokens } from '../core/token-estimate.js';
import type { ModelRequest } from '../llm/llm.js';
import { promptPieces } from '../llm/prompt-text.js';

export interface PromptSize {
  /** No tokenizer makes more of it: none has tokens of less than a byte. */
  most: number;
  /** What it is likely to be at most. */
  likely: number;
}

/** A picture, as large as providers take one. */
const imageTokens = 2000;
/** What stands around each message and tool, in any provider's form. */
const frameTokens = 16;

export function promptSize(request: Pick<ModelRequest, 'system' | 'messages' | 'tools'>): PromptSize {
  const pieces = promptPieces(request);
  const images = request.messages.reduce(
    (sum, message) => sum + ((message.role === 'user' && message.images?.length) || 0),
    0,
  );
  const besides = pieces.length * frameTokens + images * imageTokens;
  const sum = (count: (text: string) => number) =>
    pieces.reduce((total, text) => total + count(text), besides);
  return { most: sum(Buffer.byteLength), likely: sum(estimateTokens) };
}
