/** Plain text: its paragraphs are the blocks. */
import { harmless } from '../../core/harmless.js';
import type { Section } from '../document.js';

export function plainSections(text: string): Section[] {
  const paragraphs = harmless(text)
    .split(/\n(?:[^\S\n]*\n)+/)
    .map((paragraph) => paragraph.replace(/^\n+|\s+$/g, ''))
    .filter((paragraph) => paragraph.trim() !== '');
  if (paragraphs.length === 0) return [];
  return [{ headings: [], blocks: paragraphs.map((paragraph) => ({ kind: 'text', text: paragraph })) }];
}
