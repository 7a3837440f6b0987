/**
 * Marks in an answer, such as `[2]`: each stands for a passage that was handed to the model. Marks of none are taken out;
 * the others are numbered as they come, while the answer is written. The list of sources says which is which.
 */
import type { Passage } from '../llm/llm.js';

/** Backticks, ends of lines, and marks with the space before them: `[1]`, `[1, 2][3]`, `[^1]`; not the text of a link. */
const telling = /`+|\n|([ \t]*)((?:\[\^?\d{1,3}(?:\s*,\s*\d{1,3})*\])+)(?!\()/g;
/** What may become a mark, or more backticks, with what comes next. */
const unsettled = /(?:`+|[ \t]*(?:\[\^?[\d\s,]{0,24}\]){0,9}(?:\[\^?[\d\s,]{0,24})?)$/;

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
      const marks = (numbers.match(/\d+/g) ?? []).flatMap((number) => this.#shown(Number(number)));
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
