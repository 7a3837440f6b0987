/** Numbers of cards and accounts, told from other numbers by their check digits. */

const digits = /(?<![\w.,-])\d(?:[ -]?\d){11,18}(?![\w-]|[.,]\d)/g;
/** Groups as they stand on cards, with a sign between them that numbers of other sorts have, too. */
const groups =
  /(?<![\w.,-])(?:\d{4}([.,/_·|])\d{4}\1\d{4}\1\d{4}|\d{4}([.,/_·|])\d{6}\2\d{5})(?![\w-]|[.,/·|]\d)/g;

/** Digits that stand in every one of them, whatever parts them. */
const long = /\d(?:[ .,/_·|-]?\d){11}/;

/** Where numbers of cards stand in it; it is in plain signs. */
export function cardsIn(text: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  if (!long.test(text)) return found;
  for (const shape of [digits, groups])
    for (const { 0: number, index } of text.matchAll(shape))
      if (isCard(number.replace(/\D/g, ''))) found.push([index, index + number.length]);
  return found;
}

/** Luhn's check over 12 to 19 digits, with a beginning that cards have (ISO/IEC 7812). */
function isCard(number: string): boolean {
  if (!/^[2-6]\d{11,18}$/.test(number) || /^(\d)\1+$/.test(number)) return false;
  let sum = 0;
  for (let index = 0; index < number.length; index++) {
    let digit = Number(number[number.length - 1 - index]);
    if (index % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** How many characters of the text are an IBAN (ISO 13616), words behind it left out; 0: it is none. */
export function isIban(text: string): number {
  // A word behind it may look like another group.
  for (let end = text.length; end >= 15; end--) {
    if (end < text.length && /[A-Za-z\d]/.test(text[end]!) && /[A-Za-z\d]/.test(text[end - 1]!)) continue;
    const compact = text.slice(0, end).replace(/ /g, '').toUpperCase();
    if (compact.length < 15 || compact.length > 34 || !/^[A-Z]{2}\d{2}[A-Z\d]+$/.test(compact)) continue;
    const moved = compact.slice(4) + compact.slice(0, 4);
    let rest = 0;
    for (const letter of moved) rest = Number(`${rest}${Number.parseInt(letter, 36)}`) % 97;
    if (rest === 1) return end;
  }
  return 0;
}
