/** Where a text may be cut so that a reader stumbles least. */

type Segmentation = 'sentence' | 'word' | 'grapheme';

const segmenters = {
  sentence: new Intl.Segmenter(undefined, { granularity: 'sentence' }),
  word: new Intl.Segmenter(undefined, { granularity: 'word' }),
  grapheme: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
};

/** How far back segments are looked for, in UTF-16 units; words and graphemes are short. */
const reach: Record<Segmentation, number> = { sentence: 4000, word: 400, grapheme: 400 };

/** A sentence that ends before this share of what would fit is no reason to cut there. */
const leastFill = 0.4;

/**
 * The best offset in 1..`at`: after a line, else after a sentence, else between words, else between characters as a
 * reader sees them. `inside` says which offsets are within marks: others are preferred.
 * Null when not even one character fits.
 */
export function boundaryIn(text: string, at: number, inside: (offset: number) => boolean): number | null {
  if (at >= text.length) return text.length || null;
  const enough = (offset: number) => offset > at * leastFill;
  const kinds = [
    matchEnds(text, at, /\n+/g).filter(enough),
    segmentStarts(text, at, 'sentence').filter(enough),
    matchEnds(text, at, /\s+/g).filter(enough),
  ];
  for (const offsets of kinds) {
    const outside = offsets.findLast((offset) => !inside(offset));
    if (outside !== undefined) return outside;
  }
  return kinds.find((offsets) => offsets.length > 0)?.at(-1) ?? characterBoundary(text, at);
}

/** As `boundaryIn`, for text whose lines should stay whole, however short a part becomes. */
export function lineBoundaryIn(text: string, at: number): number | null {
  if (at >= text.length) return text.length || null;
  return matchEnds(text, at, /\n/g).at(-1) ?? characterBoundary(text, at);
}

function characterBoundary(text: string, at: number): number | null {
  return (
    segmentStarts(text, at, 'word').at(-1) ??
    segmentStarts(text, at, 'grapheme').at(-1) ??
    codePoint(text, at)
  );
}

/** A character may be put together from more code points than fit; half a surrogate pair is none. */
function codePoint(text: string, at: number): number | null {
  const low = text.charCodeAt(at);
  const offset = low >= 0xdc00 && low <= 0xdfff ? at - 1 : at;
  return offset > 0 ? offset : null;
}

function matchEnds(text: string, at: number, pattern: RegExp): number[] {
  return [...text.slice(0, at).matchAll(pattern)].map((match) => match.index + match[0].length);
}

function segmentStarts(text: string, at: number, granularity: Segmentation): number[] {
  const from = codePoint(text, Math.max(0, at - reach[granularity])) ?? 0;
  // One character more, so that a boundary at the very end is seen as one.
  const segments = segmenters[granularity].segment(text.slice(from, at + 2));
  return [...segments].map(({ index }) => from + index).filter((offset) => offset > from && offset <= at);
}
