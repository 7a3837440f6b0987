/** What output checks find in a text, and what each of them is. */

export type CheckName = 'links' | 'images' | 'secrets' | 'instructions';

/** A piece of a text that is not to be shown. */
export interface Finding {
  /** UTF-16 units from the text's beginning; `to` is behind the last. */
  from: number;
  to: number;
  check: CheckName;
  /** What is shown in its place. */
  put: string;
  /** For the log: never the thing itself where that is a secret. */
  what: string;
}

/** Looks at a text that grows. What it finds depends on the text alone, not on the pieces in which it came. */
export interface Detector {
  /**
   * @param text all of it so far; it only grows.
   * @param ended nothing follows that belongs to what is open.
   * @returns what was not found before.
   */
  look(text: string, ended: boolean): Finding[];
  /** Where what may yet become a finding begins; the text's length where nothing may. */
  readonly open: number;
}
