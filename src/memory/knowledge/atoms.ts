/** What chunks are made of: paragraphs, code and rows, or as much of one as fits. */
import { type Block, rowText } from '../../files/document.js';
import { boundaryIn, lineBoundaryIn } from '../../markdown/boundary.js';

export interface Atom {
  text: string;
  tokens: number;
  /** The names of its columns, which stand once before the rows of a chunk. */
  head?: string;
  headTokens?: number;
  row?: number;
  /** What stands between it and what was before it in the same block; absent: it begins a block. */
  glue?: string;
}

export interface Room {
  tokens(text: string): number;
  /** Tokens of one atom. */
  most: number;
}

export function atomsOf(blocks: Block[], room: Room): Atom[] {
  return blocks.flatMap((block) => (block.kind === 'row' ? rowAtoms(block, room) : textAtoms(block, room)));
}

function textAtoms(block: Exclude<Block, { kind: 'row' }>, room: Room): Atom[] {
  const isCode = block.kind === 'code';
  const isTight = block.kind === 'text' && block.tight;
  return partsOf(block.text, isCode ? lineBoundaryIn : boundaryIn, room).map((text, index) => {
    const glue = index > 0 ? { glue: isCode ? '\n' : ' ' } : isTight ? { glue: '\n' } : {};
    return { text, tokens: room.tokens(text), ...glue };
  });
}

/** A row that does not fit is cut between its cells, each with the name of its column. */
function rowAtoms({ cells, columns, row }: Extract<Block, { kind: 'row' }>, room: Room): Atom[] {
  const head = rowText(columns);
  const text = rowText(cells);
  const tokens = room.tokens(text);
  const headTokens = tokensOf(head, room);
  if (tokens + headTokens <= room.most) return [{ text, tokens, row, ...(head && { head, headTokens }) }];
  let begun = false;
  return cells.flatMap((cell, index) => {
    const value = rowText([cell]);
    if (value === '') return [];
    const name = rowText([columns[index] ?? '']);
    const prefix = name && room.tokens(name) <= room.most / 4 ? `${name}: ` : '';
    const most = room.most - tokensOf(prefix, room);
    return partsOf(value, boundaryIn, { ...room, most }).map((part) => {
      const glue = begun ? { glue: '\n' } : {};
      begun = true;
      return { text: `${prefix}${part}`, tokens: room.tokens(`${prefix}${part}`), row, ...glue };
    });
  });
}

/** With the end of its line. */
function tokensOf(text: string, { tokens }: Room): number {
  return text === '' ? 0 : tokens(text) + 1;
}

/** So many characters are looked at for each token there is room for: an embedder may count a long word as one. */
const mostChars = 16;

/** Cuts a text into parts that fit. Each part is measured a few times, so that it takes time by the text's length alone. */
function partsOf(
  text: string,
  boundary: (text: string, at: number) => number | null,
  { tokens, most }: Room,
): string[] {
  const parts: string[] = [];
  let start = 0;
  let guess = most * 3;
  while (start < text.length) {
    const window = text.slice(start, start + most * mostChars);
    guess = fitting(window, guess, { tokens, most });
    // What comes after tells whether a word or a character ends there.
    const end = guess >= text.length - start ? guess : (boundary(window, guess) ?? guess);
    const part = window.slice(0, Math.max(1, end)).replace(/^\n+|\s+$/g, '');
    if (part.trim() !== '') parts.push(part);
    start += Math.max(1, end);
    if (/^[^\S\n]/.test(text.slice(start, start + 1)) && boundary === boundaryIn) start += 1;
  }
  return parts;
}

/** The longest beginning that fits, in UTF-16 code units, to within a twentieth. */
function fitting(window: string, guess: number, { tokens, most }: Room): number {
  const fits = (length: number) => tokens(window.slice(0, length)) <= most;
  let low = 0;
  let high = window.length;
  let at = Math.min(Math.max(1, guess), window.length);
  while (low < high) {
    if (fits(at)) low = at;
    else high = at - 1;
    if (low > 0 && high - low <= low / 20) break;
    at = low > 0 ? Math.min(high, Math.ceil((low + high) / 2), low * 2) : Math.max(1, Math.floor(high / 2));
    if (high <= 1 && low === 0) return 1;
  }
  return Math.max(1, low);
}
