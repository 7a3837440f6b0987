/**
 * How people are called over HTTP who sign in to the console. Nobody else speaks for them, and tokens do not read what they
 * say there: their accounts are one person with those they came from.
 */
export const ownerUser = 'console';

const prefix = 'console:';

/** @param account as it is written: `CONNECTOR:USER`. */
export function consoleUser(account: string): string {
  return prefix + account;
}

/** The account that somebody came from, as it is written; null: it is the owner, or nobody of the console. */
export function accountBehind(userId: string): string | null {
  return userId.startsWith(prefix) ? userId.slice(prefix.length) : null;
}

export function isConsoleUser(userId: string): boolean {
  return userId === ownerUser || userId.startsWith(prefix);
}

const sessionPrefix = 'session_';

/** Whether a holder is a browser that is signed in, by the id of what it came with. */
export function isSession(id: string | undefined): boolean {
  return id?.startsWith(sessionPrefix) === true;
}
