import { bounded } from './bounded.js';
import { masks } from './masks.js';

/** Markdown as it is read: without halves of surrogate pairs, which no platform takes, and bounded. */
export function sourceOf(text: string): string {
  return bounded(text.replace(/\p{Surrogate}/gu, '').replace(masks, ''));
}
