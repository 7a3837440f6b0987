/** Who talks: found out at the start, and again whenever the site says that somebody else does. */
import { signal } from '@preact/signals';
import { ApiError, path, post } from '../../../src/web/api.js';
import { keepToken, keptToken } from './kept.js';
import { isEmbedded, onSite, type Site, tellSite } from './site.js';

/** As the hub answers. */
interface Greeted {
  token: string;
  visitor: { id: string; name: string };
  agent: { id: string; name: string };
  title: string;
  greeting: string | null;
  files: boolean;
}

export interface Session extends Greeted {
  /** Another one for each who talks: whatever is late and of an earlier one is nobody's. */
  serial: number;
  /** What the visitor should know of it. */
  note: string | null;
}

/** Undefined: not known yet. */
export const session = signal<Session | undefined>(undefined);
export const failed = signal<unknown>(undefined);

/** The last part of the page's address. */
export const agentId = decodeURIComponent(location.pathname.split('/').at(-1)!);

let serial = 0;
let site: Site | undefined;
/** Whether a site's user was here before: what an anonymous visitor says then is a new talk. */
let hadUser = false;
/** For this page view, where the browser keeps nothing. */
let anonymousToken: string | null = keptToken();

export function begin(): void {
  if (!isEmbedded) void enter();
  else
    onSite((said) => {
      site = said;
      void enter();
    });
}

/** Asks the hub who this is. Called again, the answer to the call before is dropped. */
export async function enter(): Promise<void> {
  const mine = ++serial;
  session.value = undefined;
  failed.value = undefined;
  const user = site?.user ?? null;
  if (user !== null || hadUser) forgetAnonymous();
  hadUser = user !== null;
  try {
    const { greeted, note } = await greet(user);
    if (mine !== serial) return;
    const isAnonymous = greeted.visitor.id.startsWith('anonymous:');
    if (isAnonymous) anonymousToken = greeted.token;
    const kept = !isAnonymous || keepToken(greeted.token);
    const unkept =
      'This browser lets the chat keep nothing here: what is said is gone when you leave this page.';
    session.value = { ...greeted, serial: mine, note: note ?? (kept ? null : unkept) };
  } catch (error) {
    if (mine !== serial) return;
    failed.value = error;
    tellRefused(error);
  }
}

/** The hub does not know this visitor any more: the token is over. */
export function lost(of: Session): void {
  if (of.serial !== serial) return;
  if (site?.user == null) {
    void enter();
    return;
  }
  serial++;
  session.value = undefined;
  failed.value = 'You are signed out here. Reload this page to go on.';
  tellSite({ carrier: 'expired' });
}

async function greet(user: string | null): Promise<{ greeted: Greeted; note: string | null }> {
  const embedder = site && { embedder: site.origin };
  const asAnonymous = () =>
    post<Greeted>(path(agentId, 'visitor'), {
      ...embedder,
      ...(anonymousToken !== null && { token: anonymousToken }),
    });
  if (user === null) return { greeted: await asAnonymous(), note: null };
  try {
    return { greeted: await post<Greeted>(path(agentId, 'visitor'), { ...embedder, user }), note: null };
  } catch (error) {
    // Without a valid signature nobody is that user; they may still be a visitor like all others.
    if (!(error instanceof ApiError) || error.code !== 'token_invalid') throw error;
    tellRefused(error);
    return { greeted: await asAnonymous(), note: 'You could not be signed in here, and write as a visitor.' };
  }
}

function tellRefused(error: unknown): void {
  tellSite({ carrier: 'refused', message: error instanceof Error ? error.message : String(error) });
}

function forgetAnonymous(): void {
  anonymousToken = null;
  keepToken(null);
}
