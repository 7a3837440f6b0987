const CHUNK = 512;

/** Distinct strings in order, in chunks: adding, removing and seeking cost little however many there are. */
export class SortedKeys {
  #chunks: string[][] = [];

  add(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (!chunk) {
      this.#chunks.push([key]);
      return;
    }
    chunk.splice(position(chunk, key), 0, key);
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK / 2));
  }

  remove(key: string): void {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (!chunk) return;
    const place = position(chunk, key);
    if (chunk[place] !== key) return;
    chunk.splice(place, 1);
    if (!chunk.length) this.#chunks.splice(at, 1);
  }

  /** Keys from `low` up to but without `high`, upwards or downwards. Not to be changed meanwhile. */
  *range(low: string, high: string, backwards: boolean): Generator<string> {
    if (!this.#chunks.length) return;
    if (backwards) {
      for (let c = this.#chunkFor(high); c >= 0; c--) {
        const chunk = this.#chunks[c]!;
        for (let i = position(chunk, high) - 1; i >= 0; i--) {
          if (chunk[i]! < low) return;
          yield chunk[i]!;
        }
      }
      return;
    }
    for (let c = this.#chunkFor(low); c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c]!;
      for (let i = position(chunk, low); i < chunk.length; i++) {
        if (chunk[i]! >= high) return;
        yield chunk[i]!;
      }
    }
  }

  /** The last chunk that begins at or before the key; the first if none does. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Where the key is in the chunk, or would be. */
function position(chunk: string[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunk[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
