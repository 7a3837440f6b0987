/** What stands in a `Chain`, in one at a time. */
export interface Link {
  before: Link | null;
  after: Link | null;
}

/** Things in order, of which any can be taken out at once. Unlike a `Set`, its first is found at once after many went. */
export class Chain<T extends Link> {
  #first: T | null = null;
  #last: T | null = null;

  get first(): T | null {
    return this.#first;
  }

  push(link: T): void {
    link.before = this.#last;
    link.after = null;
    if (this.#last) this.#last.after = link;
    else this.#first = link;
    this.#last = link;
  }

  /** It must stand in this chain. */
  remove(link: T): void {
    const { before, after } = link;
    if (before) before.after = after;
    else this.#first = after as T | null;
    if (after) after.before = before;
    else this.#last = before as T | null;
    link.before = null;
    link.after = null;
  }
}
