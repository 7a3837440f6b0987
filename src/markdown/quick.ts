/** Texts beyond this are given to a thread, in UTF-16 units and in signs that may be marks. */
const most = { length: 1500, marks: 120 };

/** Addresses that are written out are looked for at each of these, too. */
const marks = /[`*_~[\]<>|#=&\\!\n@]|www\.|:\/\//gi;

/** Reading, rendering and splitting it takes some 20 ms at the very most, so that it need not be done aside. */
export function isQuick(text: string): boolean {
  return text.length <= most.length && (text.match(marks)?.length ?? 0) <= most.marks;
}
