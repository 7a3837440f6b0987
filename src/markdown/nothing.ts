/** Tells replies that show nothing: a platform refuses them, and a person would wait for words that never come. */
import type { Nodes } from 'mdast';

/** What has no ink: white space, controls, characters of no width, halves of a surrogate pair, private use. */
const invisible = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** What may stand in markdown and not be shown: comments, line breaks, entities, definitions, fences with their language. */
const markup =
  /<!--[\s\S]*?(?:-->|(?![\s\S]))|<br\s*\/?>|&#?\w+;|^[ \t>*+-]*\[[^\]\n]*\]:.*(?:\n[^\n[].*)?|^[ \t>*+-]*(?:`{3,}|~{3,}).*$/gim;

/** As much as is read of a text that seems to show nothing, in UTF-16 units; more would take long. */
const readChars = 2000;

/** Some character of a text, as a platform would be sent it, is visible. */
export function isVisible(text: string): boolean {
  return text.replace(invisible, '') !== '';
}

/**
 * The markdown has no word, no code and no address to show: it is empty, a comment, an empty block, a rule alone.
 * Quick for every text; where it is long and unclear, its beginning decides.
 */
export async function rendersToNothing(markdown: string): Promise<boolean> {
  if (!isVisible(markdown)) return true;
  if (/[\p{L}\p{N}\p{S}]/u.test(markdown.replace(markup, '').replace(/[`~^|+=<>$]/g, ''))) return false;
  // Loaded here: a hub that only talks HTTP need not wait for a parser when it starts.
  const { parseMarkdown } = await import('./parse.js');
  return !shows(parseMarkdown(markdown.slice(0, readChars)));
}

function shows(node: Nodes): boolean {
  if (node.type === 'link' || node.type === 'image') return node.url !== '' || shownIn(node);
  return 'value' in node ? isVisible(node.value) : shownIn(node);
}

function shownIn(node: Nodes): boolean {
  if (node.type === 'image') return isVisible(node.alt ?? '');
  return 'children' in node && (node.children as Nodes[]).some(shows);
}
