/** A text that grows, as those read it who make links of it: without its escapes and what is invisible. */

const names: Record<string, string> = {
  ...{ colon: ':', sol: '/', bsol: '\\', period: '.', num: '#', quest: '?', amp: '&', lt: '<', gt: '>' },
  ...{ commat: '@', excl: '!', lpar: '(', rpar: ')', lsqb: '[', rsqb: ']', lbrack: '[', rbrack: ']' },
  ...{ quot: '"', apos: "'", equals: '=', Tab: '\t', NewLine: '\n', grave: '`', nbsp: ' ' },
};
const entity = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]{2,10}));/y;
const mayBeEntity = /^&(?:#?|#\d{1,7}|#[xX][\da-fA-F]{0,6}|[A-Za-z]{1,10})$/;
const escapable = /[!-/:-@[-`{-~]/;
const invisible = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/;
/** A mark of code that is none; no text has it. */
export const escapedTick = '\uE97F';

export class Readable {
  text = '';
  /** Where each sign of it begins in what was written, and behind the last. */
  readonly places: number[] = [0];

  /** @returns where it ends for now, in what was written: what follows there is half a sign yet */
  read(written: string, ended: boolean): void {
    let at = this.places.at(-1)!;
    let text = '';
    while (at < written.length) {
      const sign = written[at]!;
      if (sign === '\\' || sign === '&') {
        const found = sign === '\\' ? escapeAt(written, at, ended) : entityAt(written, at, ended);
        if (found === null) break;
        text += found.sign;
        for (let index = 1; index < found.sign.length; index++) this.places.push(at);
        at = found.end;
      } else {
        at += 1;
        if (sign === '\r' && at === written.length && !ended) break;
        const isNothing = sign === '\r' ? written[at] === '\n' : sign > '~' && invisible.test(sign);
        if (isNothing) {
          this.places[this.places.length - 1] = at;
          continue;
        }
        text += sign === '\r' ? '\n' : sign;
      }
      this.places.push(at);
    }
    this.text += text;
  }

  /** Where what was not read yet begins. */
  get end(): number {
    return this.places.at(-1)!;
  }
}

interface Sign {
  sign: string;
  end: number;
}

function escapeAt(written: string, at: number, ended: boolean): Sign | null {
  const next = written[at + 1];
  if (next === undefined) return ended ? { sign: '\\', end: at + 1 } : null;
  if (next === '`') return { sign: escapedTick, end: at + 2 };
  return escapable.test(next) && next !== '\\' ? { sign: next, end: at + 2 } : { sign: '\\', end: at + 1 };
}

function entityAt(written: string, at: number, ended: boolean): Sign | null {
  entity.lastIndex = at;
  const [all, decimal, hex, name] = entity.exec(written) ?? [];
  if (all === undefined) {
    const rest = written.slice(at, at + 12);
    return !ended && at + rest.length === written.length && mayBeEntity.test(rest)
      ? null
      : { sign: '&', end: at + 1 };
  }
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  const sign = name !== undefined ? names[name] : code > 0 && code < 0x11_0000 && String.fromCodePoint(code);
  return { sign: (sign === '`' ? escapedTick : sign) || '&', end: sign ? at + all.length : at + 1 };
}
