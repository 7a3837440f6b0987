/**
 * Marks in an answer, such as `[2]`: each stands for a passage that was handed to the model. Marks of none are taken out;
 * the others are numbered as they come, while the answer is written. The list of sources says which is which.
 */
import type { Passage } from '../llm/llm.js';

/** Backticks, ends of lines, and marks with the space before them: `[1]`, `[1, 2][3]`, `[^1]`, `[1-3]`, `[passage 1]`, `【1】`; not the text of a link. */
const telling =
  /`+|\n|([ \t]*)((?:[[【](?:\^|passages? )?\d{1,3}(?:\s*[,;–-]\s*\d{1,3}){0,9}[\]】])+)(?!\()/gi;
/** What may become a mark, or more backticks, with what comes next. */
const unsettled =
  /(?:`+|[ \t]*(?:[[【](?:\^|passages? )?[\d\s,;–-]{0,24}[\]】]){0,9}(?:[[【](?:\^?[\d\s,;–-]{0,24}|p[a-z]{0,7}|passages? [\d\s,;–-]{0,24}))?)$/i;

interface State {
  used: number[];
  held: string;
  /** The backticks that began the code it is in. */
  code: string;
}

export class Citations {
  readonly #passages: ReadonlyMap<number, Passage>;
  #state: State = { used: [], held: '', code: '' };

  constructor(passages: readonly Passage[]) {
    this.#passages = new Map(passages.map((passage) => [passage.mark, passage]));
  }

  /** What can be shown of it now. */
  take(text: string): string {
    if (this.#passages.size === 0) return text;
    const whole = this.#state.held + text;
    const end = unsettled.exec(whole)?.index ?? whole.length;
    this.#state.held = whole.slice(end);
    return this.#settled(whole.slice(0, end));
  }

  /** What was held back: nothing follows it. */
  flush(): string {
    const { held } = this.#state;
    this.#state.held = '';
    return this.#settled(held);
  }

  /** For `rewind`. */
  mark(): State {
    return structuredClone(this.#state);
  }

  rewind(state: State): void {
    this.#state = structuredClone(state);
  }

  /** A text that was shown, with the marks as the model knows them. */
  asHanded(text: string): string {
    if (this.#state.used.length === 0) return text;
    return text.replace(/\[(\d{1,3})\](?!\()/g, (mark, shown) => {
      const handed = this.#state.used[Number(shown) - 1];
      return handed === undefined ? mark : `[${handed}]`;
    });
  }

  /** Where nobody knows any more which passages were meant. */
  withoutMarks(text: string): string {
    return this.#passages.size === 0 ? text : text.replace(/[ \t]*\[\d{1,3}\](?!\()/g, '');
  }

  /** Those that were cited, in the order of their numbers. */
  get cited(): Passage[] {
    return this.#state.used.map((mark) => this.#passages.get(mark)!);
  }

  /** What each number stands for; empty: nothing was cited. */
  sources(): string {
    const lines = this.cited.map((passage, at) => `[${at + 1}] ${placeOf(passage)}`);
    return lines.length === 0 ? '' : ['Sources:', ...lines].join('\n');
  }

  #settled(text: string): string {
    return text.replace(telling, (found, space: string | undefined, numbers: string | undefined) => {
      if (numbers === undefined) {
        this.#code(found);
        return found;
      }
      if (this.#state.code !== '') return found;
      // `[1-10]` is a scale where there are not so many passages.
      if (rangesIn(numbers).some((ends) => ends.some((end) => !this.#passages.has(end)))) return found;
      const marks = numbersIn(numbers).flatMap((number) => this.#shown(number));
      return marks.length === 0 ? '' : `${space}${[...new Set(marks)].join('')}`;
    });
  }

  #code(sign: string): void {
    const { code } = this.#state;
    if (code === '') this.#state.code = sign === '\n' ? '' : sign;
    // Only fences go on over lines.
    else if (sign === code || (sign === '\n' && code.length < 3)) this.#state.code = '';
  }

  #shown(mark: number): string[] {
    if (!this.#passages.has(mark)) return [];
    const { used } = this.#state;
    if (!used.includes(mark)) used.push(mark);
    return [`[${used.indexOf(mark) + 1}]`];
  }
}

/** What a dash joins: the first and the last. */
function rangesIn(marks: string): number[][] {
  return [...marks.matchAll(/(\d+)\s*[–-]\s*(\d+)/g)].map(([, ...ends]) => ends.map(Number));
}

/** With those between two that a dash joins. */
function numbersIn(marks: string): number[] {
  return [...marks.matchAll(/(\d+)(?:\s*[–-]\s*(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Math.max(0, Number(last) - Number(first)) + 1 }, (_, at) => Number(first) + at),
  );
}

function placeOf({ name, section, page, row }: Passage): string {
  return [
    quiet(name),
    section !== '' && quiet(section),
    page !== undefined && `page ${page}`,
    row !== undefined && `row ${row}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Names and headings are others' words: no link, mention or layout comes of them, nor another line. */
function quiet(text: string): string {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[[\]<*`|~\\@]+/g, ' ')
    .replace(/:\/\//g, ' ')
    .trim();
  return plain.length > 120 ? `${plain.slice(0, 119)}…` : plain;
}
