/** Which addresses a page may lead to. */

const allowed = new Set(['http:', 'https:', 'mailto:']);

/** Null: it is none, or one that does something else than open a page or a mail. Relative ones would lead into the hub. */
export function safeAddress(url: string): string | null {
  if (!/^(?:https?:\/\/|mailto:)/i.test(url) || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return allowed.has(protocol) ? href : null;
}

/** Whether the words of a link already say where it leads. */
export function saysItself(words: string, address: string): boolean {
  const bare = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replace(/^(?:https?:\/\/|mailto:)/, '')
      .replace(/\/$/, '');
  return bare(words) === bare(address);
}
