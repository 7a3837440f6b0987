/** What was typed and not sent, by room: still there after a reload, where the browser lets pages keep anything. */
const kept = new Map<string, string>();
const prefix = 'carrier-draft:';

export function draftOf(room: string): string {
  const here = kept.get(room);
  if (here !== undefined) return here;
  try {
    return sessionStorage.getItem(prefix + room) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(room: string, text: string): void {
  kept.set(room, text);
  try {
    if (text === '') sessionStorage.removeItem(prefix + room);
    else sessionStorage.setItem(prefix + room, text);
  } catch {
    // Private windows refuse; in memory it is kept as long as the page.
  }
}
