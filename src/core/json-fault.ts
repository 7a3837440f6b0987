/** Where a text is no JSON, and why, for people: line and column, from 1. */

/** Node 20 does not always say where; line and column are found by trying how far the text can be read. */
export function jsonFault(text: string, error: SyntaxError): string {
  if (text.trim() === '') return 'it is empty';
  const at = brokenAt(text);
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const reason = error.message
    .replace(/,? (?:"|\.\.\.).*|(?: in JSON)? at position.*| is not valid JSON.*|\(line.*/s, '')
    .trim();
  if (at >= text.trimEnd().length) return `line ${line}, column ${column}: it ends too early`;
  const comma = /,\s*$/.test(before) && /^\s*[\]}]/.test(text.slice(at));
  return `line ${line}, column ${column}: ${comma ? 'the comma before it is one too many' : reason}`;
}

/** More are no slip. */
const mostCommas = 1000;

/** The text without commas behind the last item of lists and objects; null where that does not make it JSON. */
export function withoutStrayCommas(text: string): string | null {
  let left = text;
  for (let tries = 0; tries <= mostCommas; tries++) {
    try {
      JSON.parse(left);
      return left;
    } catch {
      const at = brokenAt(left);
      const comma = /,\s*$/.exec(left.slice(0, at));
      if (!comma || !/^\s*[\]}]/.test(left.slice(at))) return null;
      left = left.slice(0, comma.index) + left.slice(comma.index + 1);
    }
  }
  return null;
}

/** Index of the first character no JSON text can have there, or the length when the text just ends too soon. */
function brokenAt(text: string): number {
  let [good, bad] = [0, text.length + 1];
  // A beginning is good as long as all that is wrong with it is its end; a longer one never mends it.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position !== undefined) return Number(position) >= beginning.length || /Unterminated/.test(message);
    return /end of JSON input/.test(message);
  }
}
