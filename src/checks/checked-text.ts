import type { CheckName, Detector, Finding } from './finding.js';

const ranks: Record<CheckName, number> = { secrets: 0, instructions: 1, images: 2, links: 3 };

/**
 * A text without what is not to be shown, while it is written: whatever the pieces in which it comes, those that are given
 * out add up to the same. What may yet become a finding is held back.
 */
export class CheckedText {
  readonly #detectors: readonly Detector[];
  readonly #found: (finding: Finding) => void;
  #text = '';
  /** So much of it was given out, or taken out. */
  #done = 0;
  /** Behind the last thing that was taken out. */
  #covered = 0;
  #findings: Finding[] = [];
  /** What is found was told before. */
  quiet = false;

  constructor(detectors: readonly Detector[], found: (finding: Finding) => void) {
    this.#detectors = detectors;
    this.#found = found;
  }

  /** What can be shown now that this has been said. */
  say(words: string): string {
    this.#text += words;
    const open = this.#look(false);
    return this.#release(open < this.#text.length ? this.#wordAt(open) : open);
  }

  /** What was held back; what follows later is a thing of its own. */
  flush(): string {
    this.#look(true);
    return this.#release(this.#text.length);
  }

  /** A word is shown whole: where its end is held back, so is its beginning. */
  #wordAt(at: number): number {
    let start = at;
    while (start > this.#done && !/\s/.test(this.#text[start - 1]!)) start--;
    return start;
  }

  #look(ended: boolean): number {
    let open = this.#text.length;
    for (const detector of this.#detectors) {
      const found = detector.look(this.#text, ended);
      if (found.length > 0) this.#findings.push(...found);
      open = Math.min(open, detector.open);
    }
    return open;
  }

  #release(until: number): string {
    let shown = '';
    if (this.#findings.length > 0) {
      this.#findings.sort((a, b) => a.from - b.from || ranks[a.check] - ranks[b.check] || b.to - a.to);
      while (this.#findings[0] && this.#findings[0].from < until) {
        const finding = this.#findings.shift()!;
        const { from, to, put } = finding;
        if (from > this.#done) shown += this.#text.slice(this.#done, from);
        if (from >= this.#covered) {
          shown += put;
          if (!this.quiet) this.#found(finding);
        }
        this.#covered = Math.max(this.#covered, to);
        this.#done = Math.max(this.#done, to);
      }
    }
    if (until > this.#done) {
      shown += this.#text.slice(this.#done, until);
      this.#done = until;
    }
    return shown;
  }
}
