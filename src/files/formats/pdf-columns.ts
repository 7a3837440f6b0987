/** The order in which people read what stands on a page: column by column, and a table row by row. */
import type { Run } from './pdf-scene.js';

export interface Line {
  text: string;
  left: number;
  right: number;
  y: number;
  size: number;
  mono: boolean;
  /** Where its column ends. */
  end: number;
}

/** Of the size of letters: what parts columns at least, and what parts cells. */
const gutter = 0.9;
const cellGap = 2;
/** A gutter is crossed by at most this share of the lines beside it: by titles, and pictures' captions. */
const crossed = 0.34;
/** Of columns within columns, so that no page takes for ever. */
const deepest = 8;

/** Lines in order, one list for each part of the page that is read in one go. */
export function columnsOf(runs: Run[], depth = 0): Line[][] {
  const cut = depth < deepest && runs.length > 3 ? gutterIn(runs) : null;
  if (cut === null) return runs.length > 0 ? [linesOf(runs)] : [];
  const parts: Line[][] = [];
  let across: Run[] = [];
  let beside: Run[] = [];
  const flush = () => {
    if (across.length > 0) parts.push(linesOf(across));
    if (beside.length > 0) {
      parts.push(
        ...columnsOf(
          beside.filter(({ right }) => right <= cut),
          depth + 1,
        ),
      );
      parts.push(
        ...columnsOf(
          beside.filter(({ right }) => right > cut),
          depth + 1,
        ),
      );
    }
    across = [];
    beside = [];
  };
  for (const run of runs.toSorted((one, other) => other.y - one.y)) {
    const isAcross = run.left < cut && run.right > cut;
    if (isAcross ? beside.length > 0 : across.length > 0) flush();
    (isAcross ? across : beside).push(run);
  }
  flush();
  return parts;
}

/** Where a gap runs down between two columns of text; null: there is none, or it is a table's. */
function gutterIn(runs: Run[]): number | null {
  const size = median(runs.map((run) => run.size));
  const edges = runs
    .flatMap((run) => [
      { at: run.left, by: 1 },
      { at: run.right, by: -1 },
    ])
    .sort((one, other) => one.at - other.at);
  // How many runs stand over each stretch between two edges.
  const stretches: { from: number; to: number; over: number }[] = [];
  let over = 0;
  for (const [index, { at, by }] of edges.entries()) {
    over += by;
    const to = edges[index + 1]?.at;
    if (to !== undefined && to > at) stretches.push({ from: at, to, over });
  }
  const most = stretches.length;
  const best: { at: number; over: number; width: number }[] = [];
  const highestBefore = running(stretches.map((stretch) => stretch.over));
  const highestAfter = running(stretches.map((stretch) => stretch.over).reverse()).reverse();
  for (let index = 1; index < most - 1; index++) {
    const limit = crossed * Math.min(highestBefore[index - 1] ?? 0, highestAfter[index + 1] ?? 0);
    const stretch = stretches[index];
    if (!stretch || stretch.over > limit) continue;
    // Neighbours that are hardly crossed, too, are of the same gap.
    let last = index;
    while (last + 1 < most - 1 && (stretches[last + 1]?.over ?? 0) <= stretch.over) last++;
    const width = (stretches[last]?.to ?? 0) - stretch.from;
    if (width >= gutter * size) best.push({ at: stretch.from + width / 2, over: stretch.over, width });
    index = last;
  }
  best.sort((one, other) => one.over - other.over || other.width - one.width);
  return best.find(({ at }) => isBetweenText(runs, at))?.at ?? null;
}

function running(numbers: number[]): number[] {
  let highest = 0;
  return numbers.map((number) => {
    highest = Math.max(highest, number);
    return highest;
  });
}

/** Sentences run on from line to line; the cells of a table do not. */
function isBetweenText(runs: Run[], at: number): boolean {
  const sides = [runs.filter(({ right }) => right <= at), runs.filter(({ left }) => left >= at)].map(linesOf);
  const [left = [], right = []] = sides;
  if (left.length < 2 || right.length < 2) return false;
  // Beside one another, not one above the other.
  const top = Math.min(left[0]!.y, right[0]!.y);
  const bottom = Math.max(left.at(-1)!.y, right.at(-1)!.y);
  if (top - bottom < 0) return false;
  return (
    sides.every((side) => wordsPerLine(side) >= 2) &&
    (sides.some(runsOn) || sides.every((side) => wordsPerLine(side) >= 4))
  );
}

function wordsPerLine(lines: Line[]): number {
  const words = lines.reduce((sum, { text }) => {
    const wide = text.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g)?.length ?? 0;
    return sum + wide / 2 + (text.match(/[\p{L}\p{N}][^\s|]*/gu) ?? []).length - (wide > 0 ? 1 : 0);
  }, 0);
  return words / lines.length;
}

function runsOn(lines: Line[]): boolean {
  const next = lines.slice(1).filter((line, index) => {
    const before = lines[index]?.text ?? '';
    return (
      /^\p{Ll}/u.test(line.text) ||
      /[\p{Ll},;-]$/u.test(before) ||
      /[\u3040-\u30ff\u3400-\u9fff]$/.test(before)
    );
  });
  return next.length >= (lines.length - 1) * 0.34;
}

/** What stands at one height is a line; gaps as between cells are told. */
function linesOf(runs: Run[]): Line[] {
  const lines: Run[][] = [];
  for (const run of runs.toSorted((one, other) => other.y - one.y || one.left - other.left)) {
    const line = lines.at(-1);
    const first = line?.[0];
    if (line && first && first.y - run.y < 0.45 * Math.max(first.size, run.size)) line.push(run);
    else lines.push([run]);
  }
  const end = Math.max(...runs.map(({ right }) => right));
  return lines.map((line) => ({ ...lineOf(line), end }));
}

function lineOf(runs: Run[]): Omit<Line, 'end'> {
  const sorted = runs.toSorted((one, other) => one.left - other.left);
  const longest = sorted.reduce((one, other) => (other.text.length > one.text.length ? other : one));
  let text = '';
  let before: Run | undefined;
  for (const run of sorted) {
    // Some programs make letters bold by painting them twice.
    const isTwice = before && before.text === run.text && run.left - before.left < 0.3 * run.size;
    if (isTwice) continue;
    const gap = before ? run.left - before.right : 0;
    if (gap > cellGap * run.size) text = `${text.trimEnd()} | `;
    else if (gap > 0.18 * run.size && !/\s$/.test(text)) text += ' ';
    text += run.text;
    before = run;
  }
  return {
    text: logical(text.trimEnd()),
    left: sorted[0]!.left,
    right: Math.max(...sorted.map(({ right }) => right)),
    y: longest.y,
    size: longest.size,
    mono: sorted.every(({ mono }) => mono),
  };
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const turned: Record<string, string> = { '(': ')', ')': '(', '[': ']', ']': '[', '«': '»', '»': '«' };

/** As it is read; letters stand on a page as they are seen, from the left to the right. */
function logical(text: string): string {
  if (!rightToLeft.test(text)) return text;
  const reversed = (part: string) =>
    [...part]
      .reverse()
      .map((letter) => turned[letter] ?? letter)
      .join('');
  const rtl = text.match(new RegExp(rightToLeft, 'g'))?.length ?? 0;
  const ltr = text.match(/\p{sc=Latin}/gu)?.length ?? 0;
  if (ltr > rtl)
    return text.replace(
      /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:[\s\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])?/g,
      reversed,
    );
  return reversed(text).replace(
    /[\p{sc=Latin}\p{N}](?:[^\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*[\p{sc=Latin}\p{N}])?/gu,
    reversed,
  );
}

export function median(numbers: number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;
}
