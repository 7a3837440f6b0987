/** The best few of many, in memory for the few: a heap with the worst of them on top. */
export class Top<T> {
  readonly #size: number;
  readonly #heap: { score: number; item: T }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(score: number, item: T): void {
    const heap = this.#heap;
    if (heap.length < this.#size) {
      heap.push({ score, item });
      this.#rise(heap.length - 1);
    } else if (this.#size > 0 && score > heap[0]!.score) {
      heap[0] = { score, item };
      this.#sink(0);
    }
  }

  /** Best first. */
  items(): T[] {
    return [...this.#heap].sort((a, b) => b.score - a.score).map(({ item }) => item);
  }

  #rise(at: number): void {
    for (let i = at; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (this.#heap[parent]!.score <= this.#heap[i]!.score) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #sink(at: number): void {
    const heap = this.#heap;
    for (let i = at; ; ) {
      const left = 2 * i + 1;
      let least = i;
      if (left < heap.length && heap[left]!.score < heap[least]!.score) least = left;
      if (left + 1 < heap.length && heap[left + 1]!.score < heap[least]!.score) least = left + 1;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
