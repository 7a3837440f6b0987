/** Puts paragraphs, code and rows together to chunks. */
import { createHash } from 'node:crypto';
import type { Atom, Room } from './atoms.js';

export interface Packed {
  text: string;
  row?: number;
  lastRow?: number;
}

/**
 * Of a chunk that is half full, one atom in so many is the last, by what it says: so the later chunks of a long section
 * stay as they are when something is put in before them.
 */
const oneIn = 4;

/** @param overlap tokens of the end of a chunk that the next one begins with. */
export function packed(atoms: Atom[], room: Room, overlap: number): Packed[] {
  const chunks: Packed[] = [];
  let left = atoms.reduce((sum, { tokens }) => sum + tokens + 1, 0);
  let open = new OpenChunk(room, null);
  const close = () => {
    chunks.push(...open.packed());
    open = new OpenChunk(room, tailOf(open.last, room, overlap));
  };
  for (const atom of atoms) {
    if (!open.takes(atom)) close();
    if (!open.takes(atom)) open = new OpenChunk(room, null);
    open.add(atom);
    left -= atom.tokens + 1;
    if (open.size >= room.most / 2 && open.size + left > room.most && isAnchor(atom)) close();
  }
  chunks.push(...open.packed());
  return chunks;
}

function isAnchor({ text }: Atom): boolean {
  return createHash('sha256').update(text).digest()[0]! % oneIn === 0;
}

class OpenChunk {
  /** In tokens, as the sum of its parts: a little too much for most tokenizers. */
  size = 0;
  readonly #room: Room;
  readonly #atoms: Atom[] = [];
  readonly #carried: number;

  constructor(room: Room, carried: Atom | null) {
    this.#room = room;
    this.#carried = carried ? 1 : 0;
    if (carried) this.add(carried);
  }

  get last(): Atom | undefined {
    return this.#atoms.at(-1);
  }

  takes(atom: Atom): boolean {
    return this.#atoms.length === 0 || this.size + this.#cost(atom) <= this.#room.most;
  }

  add(atom: Atom): void {
    this.size += this.#cost(atom);
    this.#atoms.push(atom);
  }

  /** Nothing where it holds no more than the end of the one before. */
  packed(): Packed[] {
    return this.#atoms.length > this.#carried ? measured(this.#atoms, this.#room) : [];
  }

  #cost(atom: Atom): number {
    const names = atom.head && atom.head !== this.last?.head ? (atom.headTokens ?? 0) + 1 : 0;
    return names + atom.tokens + 1;
  }
}

/** Cut again where the whole is more than the sum of its parts. */
function measured(atoms: Atom[], room: Room): Packed[] {
  const text = textOf(atoms);
  if (atoms.length > 1 && room.tokens(text) > room.most) {
    const half = Math.ceil(atoms.length / 2);
    return [...measured(atoms.slice(0, half), room), ...measured(atoms.slice(half), room)];
  }
  const rows = atoms.flatMap(({ row }) => row ?? []);
  const [row, lastRow] = [rows[0], rows.at(-1)];
  return [{ text, ...(row !== undefined && { row }), ...(lastRow !== row && lastRow && { lastRow }) }];
}

function textOf(atoms: Atom[]): string {
  let text = '';
  let head: string | undefined;
  for (const atom of atoms) {
    const isNext = atom.head !== undefined && atom.head === head;
    const names = atom.head && !isNext ? `${atom.head}\n` : '';
    if (text !== '') text += atom.glue ?? (isNext ? '\n' : '\n\n');
    text += `${names}${atom.text}`;
    head = atom.head;
  }
  return text;
}

/** The last row, sentences, or words of a chunk that fit into the overlap. */
function tailOf(atom: Atom | undefined, { tokens }: Room, overlap: number): Atom | null {
  if (!atom || overlap === 0) return null;
  const { glue: _, ...whole } = atom;
  if (atom.tokens + (atom.headTokens ?? 0) <= overlap) return whole;
  if (atom.row !== undefined) return null;
  for (const starts of [/(?=\S)(?<=[.!?。！？]\s*)/gu, /(?=\S)(?<=\s)/gu]) {
    const tails = [...atom.text.matchAll(starts)].map(({ index }) => atom.text.slice(index));
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tokens(tails[middle]!) <= overlap) high = middle;
      else low = middle + 1;
    }
    const tail = tails[low];
    if (tail) return { text: tail, tokens: tokens(tail) };
  }
  return null;
}
