/** Numbers of cards and accounts, told from other numbers by their check digits. */

/** Luhn's check over 12 to 19 digits, with a beginning that cards have (ISO/IEC 7812). */
export function isCard(text: string): boolean {
  const number = text.replace(/[ -]/g, '');
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
