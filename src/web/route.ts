/** Where in the app somebody is: after the `#`, so that a reload works at any address a proxy may serve it. */
import { signal } from '@preact/signals';

export interface Route {
  /** The parts of the path: `#/rooms/abc` is `['rooms', 'abc']`. */
  parts: string[];
  query: URLSearchParams;
}

export const route = signal<Route>(read());

window.addEventListener('hashchange', () => {
  route.value = read();
});

/** For an `href`. */
export function linkTo(parts: string[], query: Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

export function goTo(parts: string[], query: Record<string, string> = {}): void {
  location.hash = linkTo(parts, query);
}

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
