/** Slack's own text format, read as people see it. https://docs.slack.dev/messaging/formatting-message-text */

/** What people and channels are called; undefined where nobody could be asked. */
export type Names = (id: string) => string | undefined;

const control = /<([^<>]+)>/g;

export function readText(text: string, names: Names): string {
  return unescaped(text.replace(control, (_, inner: string) => shown(inner, names)));
}

function shown(inner: string, names: Names): string {
  const [target = '', label = ''] = split(inner);
  const [kind, id] = [target[0], target.slice(1)];
  if (kind === '@') return `@${names(id) ?? (label || id)}`;
  if (kind === '#') return `#${names(id) ?? (label || id)}`;
  if (kind !== '!') return linked(target, label);
  const [special = ''] = id.split('^');
  if (special === 'subteam') return label.startsWith('@') ? label : `@${label || 'group'}`;
  // Dates and the like bring their own wording.
  return label || `@${special}`;
}

function split(inner: string): string[] {
  const bar = inner.indexOf('|');
  return bar < 0 ? [inner] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

function linked(url: string, label: string): string {
  const bare = url.replace(/^(mailto|tel):/, '');
  return label === '' || label === bare || label === url ? bare : `${label} (${bare})`;
}

/** Of a text that is shown within `<…>`. */
export function escapeMarks(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
