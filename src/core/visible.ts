/**
 * Text from anywhere for a person who decides by it: every character can be seen, and nothing has been left out. What
 * cannot be seen, turns the order of others round, lies over them or moves them out of sight stands there as an escape of
 * JSON, so that JSON stays the same JSON. A grave accent is escaped, too: what is put between them cannot end there.
 *
 * Other than `harmless`, it keeps nothing for its meaning: emoji that are joined come apart.
 */

/** Text that is JSON already; its own escapes stay. */
export function visibleJson(json: string): string {
  return json.replace(unseen, escapesOf).replace(runs, (run) => `⟨${run.length} spaces⟩`);
}

/** Any text, on one line. */
export function visible(text: string): string {
  const quoted = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return visibleJson(quoted).replace(/^ | $/g, '\\u0020');
}

/** As many pieces as it takes, each at most so long in UTF-16 units; no escape and no letter with its marks is cut. */
export function piecesOf(shown: string, most: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const [unit] of shown.matchAll(units)) {
    if (piece !== '' && piece.length + unit.length > most) {
      pieces.push(piece);
      piece = '';
    }
    piece += unit;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

const runs = / {5,}/g;
/** A mark over a letter belongs to it, up to three of them; any other lies over what it does not belong to. */
const unseen =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}`⟨⟩]|(?! )\p{Zs}|(?<![\p{L}\p{M}])\p{M}+|(?<=\p{M}{3})\p{M}+/gu;
const units = /⟨\d+ spaces⟩|\\u[\da-f]{4}|\\[\s\S]|\P{M}\p{M}*|\p{M}+/gu;

function escapesOf(found: string): string {
  return Array.from(
    { length: found.length },
    (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}
