/** Secrets whose value is known, in a text that grows: also encoded, reversed, spaced out. */
import type { CheckName, Detector, Finding } from './finding.js';
import { type Form, formsOf, hiddenForms } from './secret-forms.js';
import { squeezedChar } from './squeezed.js';

/** What is not to be said. */
export interface Secret {
  value: string;
  check: Extract<CheckName, 'secrets' | 'instructions'>;
  /** Words that may be said; what is looked for is how they are hidden. */
  prose?: true;
}

type SecretForm = Form & Pick<Secret, 'check'>;

/** All forms of some secrets as one automaton (Aho and Corasick): each sign of a text is looked at once. */
export class SecretForms {
  /** The node after another one, by that and the sign. */
  readonly #next = new Map<number, number>();
  /** Of each node, the longest other beginning of a form that ends as this one does. */
  readonly #fails = [0];
  readonly depths = [0];
  readonly #forms = new Map<number, SecretForm[]>();

  constructor(secrets: Iterable<Secret>) {
    const children: [sign: number, node: number][][] = [[]];
    for (const { value, check, prose } of secrets)
      for (const form of prose ? hiddenForms(value) : formsOf(value)) this.#add({ ...form, check }, children);
    const line = children[0]!.map(([, node]) => node);
    for (let first = 0; first < line.length; first++) {
      const one = line[first]!;
      const shorter = this.#forms.get(this.#fails[one]!);
      if (shorter) this.#forms.set(one, [...(this.#forms.get(one) ?? []), ...shorter]);
      for (const [sign, child] of children[one]!) {
        this.#fails[child] = this.step(this.#fails[one]!, sign);
        line.push(child);
      }
    }
  }

  step(from: number, sign: number): number {
    for (let at = from; ; at = this.#fails[at]!) {
      const next = this.#next.get(at * 0x10000 + sign);
      if (next !== undefined) return next;
      if (at === 0) return 0;
    }
  }

  get isEmpty(): boolean {
    return this.#forms.size === 0;
  }

  endingAt(node: number): readonly SecretForm[] | undefined {
    return this.#forms.get(node);
  }

  #add(form: SecretForm, children: [number, number][][]): void {
    let at = 0;
    for (let index = 0; index < form.text.length; index++) {
      const sign = form.text.charCodeAt(index);
      let next = this.#next.get(at * 0x10000 + sign);
      if (next === undefined) {
        next = this.depths.push(this.depths[at]! + 1) - 1;
        this.#fails.push(0);
        children.push([]);
        children[at]!.push([sign, next]);
        this.#next.set(at * 0x10000 + sign, next);
      }
      at = next;
    }
    this.#forms.set(at, [...(this.#forms.get(at) ?? []), form]);
  }
}

const puts = { secrets: '[secret removed]', instructions: '[instructions removed]' } as const;

/** Their beginnings are held back as long as they may become one. */
export class KnownSecrets implements Detector {
  readonly #forms: SecretForms;
  #at = 0;
  #node = 0;
  /** Where the signs that count stand: at least as many as the node is deep. */
  #starts: number[] = [];
  #length = 0;

  constructor(forms: SecretForms) {
    this.#forms = forms;
  }

  get open(): number {
    const depth = this.#forms.depths[this.#node]!;
    const first = depth > 0 ? this.#starts[this.#starts.length - depth]! : this.#length;
    return Math.min(first, this.#at);
  }

  look(text: string, ended: boolean): Finding[] {
    const found: Finding[] = [];
    this.#length = text.length;
    while (this.#at < text.length) {
      const code = text.codePointAt(this.#at)!;
      const isHalf = code >= 0xd800 && code < 0xdc00 && this.#at + 1 === text.length;
      if (isHalf && !ended) break;
      const end = this.#at + (code > 0xffff ? 2 : 1);
      const signs = squeezedChar(code);
      for (let index = 0; index < signs.length; index++)
        this.#take(text, signs.charCodeAt(index), end, found);
      this.#at = end;
    }
    return found;
  }

  #take(text: string, sign: number, end: number, found: Finding[]): void {
    this.#node = this.#forms.step(this.#node, sign);
    if (this.#node === 0) {
      this.#starts.length = 0;
      return;
    }
    this.#starts.push(this.#at);
    if (this.#starts.length > 16_384) this.#starts = this.#starts.slice(-8192);
    for (const { text: form, exactly, spread, check } of this.#forms.endingAt(this.#node) ?? []) {
      const from = this.#starts[this.#starts.length - form.length]!;
      if (exactly !== undefined && text.slice(from, end) !== exactly) continue;
      if (spread && end - from < 1.6 * form.length) continue;
      found.push({ from, to: end, check, put: puts[check], what: 'known by its value' });
    }
  }
}
