/**
 * Text from anywhere without what people cannot see: characters that hide words, turn their order round or end a line
 * unseen. Used wherever such text is shown to a model, or to a person who decides.
 *
 * What has a meaning stays: flags of regions, emoji that are joined, joiners in scripts that need them (Persian,
 * Indic), selectors of a variant.
 */

/**
 * Every end of a line becomes `\n`, halves of a pair become U+FFFD; the same text again changes nothing.
 *
 * @param instead stands for each character that goes
 */
export function harmless(text: string, instead = ''): string {
  if (!suspect.test(text)) return text;
  return text.replace(pattern, (found, end, half, at: number) => {
    if (end) return '\n';
    if (half) return '\uFFFD';
    const kept = meant(found, text.slice(Math.max(0, at - 4), at), text.slice(at + found.length).slice(0, 2));
    return kept + instead.repeat([...found.slice(kept.length)].length);
  });
}

const suspect = /[^\P{Cc}\n\t]|[\p{Default_Ignorable_Code_Point}\p{Cs}\u{FFF9}-\u{FFFB}\u2028\u2029]/u;
const pattern =
  /(\r\n?|[\v\f\x85\u2028\u2029])|(\p{Cs})|(?:(?![\n\t\r\v\f\x85])[\p{Cc}\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}])+/gu;

/** A flag's region and part (`gbsct`, `ustx`) in tag characters, and the tag that ends it (Unicode TS #51, annex C). */
const flag = /^[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,3}\u{E007F}/u;
const blackFlag = '\u{1F3F4}';
const pictograph = /^\p{Extended_Pictographic}/u;
/** What ends an emoji that another may be joined to. */
const joinable = /\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?$/u;
/** Letters and marks of scripts in which a joiner changes what is read. */
const joining =
  /(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Zyyy}\p{sc=Zinh}])[\p{L}\p{M}]$/u;

/** After what each selector chooses a variant; after letters that have none they would be a cipher. */
const variants: [selector: RegExp, before: RegExp][] = [
  [/[\uFE0E\uFE0F]/u, /[\p{Extended_Pictographic}\p{Emoji_Modifier}0-9#*]$/u],
  [/[\uFE00-\uFE0D]/u, /[\p{S}\p{sc=Han}\p{sc=Myanmar}\p{sc=Phags_Pa}\p{sc=Manichaean}]$/u],
  [/[\u{E0100}-\u{E01EF}]/u, /\p{sc=Han}$/u],
  [/[\u180B-\u180D\u180F]/u, /\p{sc=Mongolian}$/u],
];

/** What of some invisible characters in a row has a meaning there; nothing has after one that has none. */
function meant(row: string, before: string, after: string): string {
  const region = before.endsWith(blackFlag) && flag.exec(row);
  if (region) return region[0];
  let kept = '';
  for (const one of row) {
    const next = kept.length + one.length < row.length ? row.slice(kept.length + one.length) : after;
    if (!isMeant(one, before + kept, next)) break;
    kept += one;
  }
  return kept;
}

function isMeant(one: string, before: string, after: string): boolean {
  if (one === '\u200C') return joining.test(before);
  if (one === '\u200D') return joining.test(before) || (joinable.test(before) && pictograph.test(after));
  const variant = variants.find(([selector]) => selector.test(one));
  if (!variant?.[1].test(before)) return false;
  return !/[0-9#*]$/.test(before) || (one === '\uFE0F' && after.startsWith('\u20E3'));
}
