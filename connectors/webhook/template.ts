/**
 * Templates: text with places in braces, filled from a post. What is filled in is never read as a template again.
 *
 * - `{issue.title}`, `{commits.0.message}`: a path into the body. `{/a.b/c}`: the same as a JSON pointer (RFC 6901),
 *   for names with dots. `{.}`: the whole body.
 * - `{header:X-GitHub-Event}`: a header.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** What a template is filled from. */
export interface Post {
  headers: IncomingHttpHeaders;
  /** The body, parsed. */
  payload: unknown;
}

const place = /\{([^{}]*)\}/g;
const known = /^(\.|header:[\w-]{1,100}|(\/[^/]*){1,20}|[\w$@-]+(\.[\w$@-]+){0,19})$/;

/** Longest text that fills one place, in UTF-16 code units. */
const maxPlaceChars = 4000;

/** The first place that names nothing that could be; undefined: the template can be used. */
export function unknownPlace(template: string): string | undefined {
  return [...template.matchAll(place)].map(([, path = '']) => path).find((path) => !known.test(path));
}

/**
 * The template with its places filled. What is not there is left out; so is a line of which nothing is there.
 * @returns at most `maxChars`; what is longer is cut and ends in "…".
 */
export function filled(template: string, post: Post, maxChars: number): string {
  const lines = template.split('\n').flatMap((line) => {
    let [places, found] = [0, 0];
    const text = line.replace(place, (_, path: string) => {
      const value = textAt(path, post);
      places++;
      if (value !== '') found++;
      return value;
    });
    return places > 0 && found === 0 ? [] : [text];
  });
  return cut(lines.join('\n').trim(), maxChars);
}

function textAt(path: string, { headers, payload }: Post): string {
  const value = path.startsWith('header:')
    ? headers[path.slice('header:'.length).toLowerCase()]
    : valueAt(payload, keysOf(path));
  return cut(asText(value), maxPlaceChars);
}

function keysOf(path: string): string[] {
  if (path === '.') return [];
  if (!path.startsWith('/')) return path.split('.');
  return path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What the sender wrote alone: no `constructor`, no `toString`. */
function valueAt(payload: unknown, keys: string[]): unknown {
  let at = payload;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // It is nested deeper than can be written.
    return '';
  }
}

/** Without broken Unicode, which no store and no model takes. */
function cut(text: string, maxChars: number): string {
  const short = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return short.replace(/\p{Cs}/gu, '\uFFFD');
}
