/** The visitor's token, for their next visit: where the browser lets a page within another keep anything. */
const key = `carrier-visitor:${location.pathname}`;

/** Null: nothing is kept, or nothing can be. */
export function keptToken(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @returns whether it will be there at the next visit. */
export function keepToken(token: string | null): boolean {
  try {
    if (token === null) localStorage.removeItem(key);
    else localStorage.setItem(key, token);
    return true;
  } catch {
    return false;
  }
}
