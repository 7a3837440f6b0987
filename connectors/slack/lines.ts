/** Jobs of one conversation run one after another, in the order they came; conversations do not wait for one another. */
export class Lines {
  readonly #last = new Map<string, Promise<void>>();

  /** Settles as the job does; that one fails does not keep the next from running. */
  run(conversation: string, job: () => Promise<void>): Promise<void> {
    const mine = (this.#last.get(conversation) ?? Promise.resolve()).then(job);
    const over = mine
      .catch(() => {})
      .finally(() => {
        if (this.#last.get(conversation) === over) this.#last.delete(conversation);
      });
    this.#last.set(conversation, over);
    return mine;
  }
}
