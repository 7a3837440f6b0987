/** What the page around the chat and the chat say to each other. */

/** To the chat. */
export type ToChat =
  /** The answer to `ready`. `user`: the site's token for who is signed in there; null: nobody is. */
  | { carrier: 'hello'; user: string | null }
  /** Somebody else uses the site from now on. */
  | { carrier: 'identify'; user: string | null };

/** To the page around it. */
export type ToSite =
  | { carrier: 'ready' }
  | { carrier: 'close' }
  /** The user's token is over: the site gives another by `identify`. */
  | { carrier: 'expired' }
  /** Why the site's token, or the site, is refused. */
  | { carrier: 'refused'; message: string };

export function isWire(data: unknown): data is { carrier: string; user?: unknown } {
  return (
    typeof data === 'object' && data !== null && typeof (data as { carrier?: unknown }).carrier === 'string'
  );
}
