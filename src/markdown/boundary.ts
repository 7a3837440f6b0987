/** Where a text may be cut so that a reader stumbles least. */

const segmenters = {
  sentence: new Intl.Segmenter(undefined, { granularity: 'sentence' }),
  word: new Intl.Segmenter(undefined, { granularity: 'word' }),
  grapheme: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
};

/** How far back the beginning of a sentence, or of a word, is looked for, in UTF-16 units. */
const reach = { sentence: 4000, word: 400 };

/** A sentence that ends before this share of what would fit is no reason to cut there. */
const leastFill = 0.4;

/** What is written in angle brackets is of one piece: an address, an emoji of a server, a command. */
const bracketed = /<[^<>\n]{1,200}>/g;

/**
 * The best offset in 1..`at`: after a line, else after a sentence, else between words, else between characters as a
 * reader sees them. `marks` are ranges of marked text: offsets outside them are preferred. Ranges that are `whole` are
 * not cut unless they begin the text, since they do not fit then.
 * Null when not even one character fits.
 */
export function boundaryIn(
  text: string,
  at: number,
  marks: Range[] = [],
  whole: Range[] = [],
): number | null {
  if (at >= text.length) return text.length || null;
  const inside = (offset: number) => marks.some(([start, end]) => start < offset && offset < end);
  const enough = (offset: number) => offset > at * leastFill;
  const kinds = [
    matchEnds(text, at, /\n+/g).filter(enough),
    sentenceStarts(text, at).filter(enough),
    matchEnds(text, at, /\s+/g).filter(enough),
  ];
  for (const offsets of kinds) {
    const outside = offsets.findLast((offset) => !inside(offset));
    if (outside !== undefined) return outside;
  }
  const best = kinds.find((offsets) => offsets.length > 0)?.at(-1) ?? characterBoundary(text, at);
  if (best === null) return null;
  const pieces = [...whole, ...bracketedAround(text, best)];
  const start = Math.min(
    best,
    ...pieces.filter(([from, to]) => from < best && best < to).map(([from]) => from),
  );
  return start > 0 ? start : best;
}

/** First and last offset. */
export type Range = [start: number, end: number];

/** As `boundaryIn`, for text whose lines should stay whole, however short a part becomes. */
export function lineBoundaryIn(text: string, at: number): number | null {
  if (at >= text.length) return text.length || null;
  return matchEnds(text, at, /\n/g).at(-1) ?? characterBoundary(text, at);
}

function characterBoundary(text: string, at: number): number | null {
  // One character more, so that a boundary at the very end is seen as one.
  const before = text.slice(0, at + 2);
  const startOf = (granularity: 'word' | 'grapheme') =>
    segmenters[granularity].segment(before).containing(at)?.index ?? 0;
  const word = startOf('word');
  if (word > 0 && at - word <= reach.word) return word;
  return startOf('grapheme') || codePoint(text, at);
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

function bracketedAround(text: string, at: number): Range[] {
  const from = Math.max(0, at - 200);
  return [...text.slice(from, at + 200).matchAll(bracketed)].map(({ 0: { length }, index }) => [
    from + index,
    from + index + length,
  ]);
}

function sentenceStarts(text: string, at: number): number[] {
  const from = codePoint(text, Math.max(0, at - reach.sentence)) ?? 0;
  const sentences = segmenters.sentence.segment(text.slice(from, at + 2));
  return [...sentences].map(({ index }) => from + index).filter((offset) => offset > from && offset <= at);
}
