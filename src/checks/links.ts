/** Links and images to hosts that nobody named, in a text that grows. */
import { CodeLines, isCode } from './code-marks.js';
import type { CheckName, Detector, Finding } from './finding.js';
import { defanged, type Target, targetOf } from './hosts.js';
import {
  addressesIn,
  autolink,
  bareDomain,
  destination,
  type Found,
  mark,
  mayBeMark,
  type Read,
  reference,
  tag,
} from './link-marks.js';
import { Readable } from './readable.js';

type Kind = Extract<CheckName, 'links' | 'images'>;

/** Whether an address of this kind may be shown. */
export type MayLead = (host: string, kind: Kind, address: string) => boolean;

/** A link that may not be shown, and where it leads. */
type Unwanted = Found & { host: string };

export class Links implements Detector {
  readonly #mayLead: MayLead;
  readonly #readable = new Readable();
  readonly #code = new CodeLines();
  #at = 0;
  /** Where the line begins that `at` is in. */
  #line = 0;
  /** Brackets of this paragraph that are open. */
  #brackets: readonly Kind[] = [];
  open = 0;

  constructor(mayLead: MayLead) {
    this.#mayLead = mayLead;
  }

  look(written: string, ended: boolean): Finding[] {
    const found: Finding[] = [];
    const readable = this.#readable;
    readable.read(written, ended);
    const { text } = readable;
    let open: number | null = null;
    while (this.#at < text.length) {
      if (this.#code.inside) {
        const end = text.indexOf('\n', this.#at);
        if (end < 0) break;
        this.#nextLine(end);
        continue;
      }
      mark.lastIndex = this.#at;
      const next = mark.exec(text);
      if (!next) {
        const tail = ended ? null : mayBeMark.exec(text.slice(Math.max(this.#at, text.length - 24)));
        this.#at = text.length - (tail?.[0].length ?? 0);
        if (tail) open = this.#at;
        break;
      }
      const brackets = this.#brackets;
      const read = this.#read(text, next.index, next[0], ended);
      const finding = typeof read === 'object' ? this.#judge(text, read, ended) : null;
      if (read === 'wait' || finding === 'wait') {
        open = typeof read === 'object' ? read.from : next.index;
        this.#at = next.index;
        this.#brackets = brackets;
        break;
      }
      if (next[0] === '\n') this.#nextLine(next.index);
      else if (typeof read === 'number') this.#at = next.index + read;
      else {
        if (finding) found.push(this.#placed(finding));
        this.#at = read.to;
      }
    }
    this.open = open === null ? readable.end : Math.min(readable.end, readable.places[open]!);
    return found;
  }

  #nextLine(end: number): void {
    const line = this.#readable.text.slice(this.#line, end);
    this.#code.next(line);
    if (line.trim() === '') this.#brackets = [];
    this.#line = end + 1;
    this.#at = end + 1;
  }

  #read(text: string, at: number, sign: string, ended: boolean): Read {
    if (sign === '\n') return 1;
    if (sign === '![') {
      this.#opened('images');
      return 2;
    }
    if (sign === '[') {
      this.#opened('links');
      return 1;
    }
    if (sign === ']') return this.#closed(text, at, ended);
    if (sign === '<') return autolink(text, at, ended) ?? tag(text, at, ended) ?? 1;
    if (sign === '.') return bareDomain(text, at, ended);
    return addressesIn(text, at, sign, ended);
  }

  #closed(text: string, at: number, ended: boolean): Read {
    if (at + 1 >= text.length && !ended) return 'wait';
    const follows = text[at + 1];
    if (follows !== '(' && follows !== ':') {
      this.#brackets = this.#brackets.slice(0, -1);
      return 1;
    }
    const kind = this.#brackets.includes('images') ? 'images' : 'links';
    const read = follows === '(' ? destination(text, at, ended) : reference(text, at, ended);
    if (read === 'wait') return 'wait';
    this.#brackets = this.#brackets.slice(0, -1);
    return typeof read === 'number' ? read : { ...read, kind };
  }

  #opened(kind: Kind): void {
    this.#brackets = [...this.#brackets.slice(-50), kind];
  }

  /** Null: it may be shown. */
  #judge(text: string, read: Found, ended: boolean): Unwanted | 'wait' | null {
    let target: Target | null = null;
    for (const address of read.addresses) {
      const one = targetOf(address);
      if (one && !this.#mayLead(one.host, read.kind, address)) target ??= one;
    }
    if (!target) return null;
    const end = text.indexOf('\n', this.#line);
    const line = text.slice(this.#line, end < 0 ? undefined : end);
    const code = isCode(line, read.from - this.#line, ended || end >= 0);
    if (code === undefined) return 'wait';
    return code ? null : { ...read, host: target.host };
  }

  #placed({ from, to, kind, host, addresses }: Unwanted): Finding {
    const { places, text } = this.#readable;
    const name = defanged(host);
    const what = kind === 'images' ? 'image' : 'link';
    const space = from > 0 && /[\s([<"']/.test(text[from - 1]!) ? '' : ' ';
    return {
      ...{ from: places[from]!, to: places[to]!, check: kind },
      put: `${from === 0 ? '' : space}(${what} removed${name && `: ${name}`})`,
      what: host || `an address that begins with ${addresses[0]!.slice(0, 12)}`,
    };
  }
}
