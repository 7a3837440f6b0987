/** Signs that stand for others, as keyboards of Japan, Arabia and India and copied text have them. */

const others = /[！-～]|(?![0-9])\p{Nd}|[\u00a0\u2000-\u200a\u202f\u205f\u3000]|[\u2010-\u2015\u2212]/gu;

export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** The text in plain signs, each in the place of its own: what is found in the one stands at the same place in the other. */
export function inPlainSigns(text: string): string {
  // Most texts have no sign but those of ASCII, and what is looked for is none of them.
  if (isAscii(text)) return text;
  return text.replace(others, (sign) => {
    const code = sign.codePointAt(0)!;
    // Of two units; nothing may move.
    if (code > 0xffff) return sign;
    if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
    if (/\p{Nd}/u.test(sign)) return String(digitAt(code));
    return /\p{Zs}/u.test(sign) ? ' ' : '-';
  });
}

/** Digits of a script stand in a row of ten that begins at 0 or 6 of sixteen. */
function digitAt(code: number): number {
  const place = code % 16;
  return place >= 6 && /\p{Nd}/u.test(String.fromCharCode(code - place + 6)) && !isDigit(code - place + 5)
    ? place - 6
    : place;
}

function isDigit(code: number): boolean {
  return /\p{Nd}/u.test(String.fromCharCode(code));
}
