/** Signing in by a link, and out again. GET and HEAD change nothing; a pressed button does. */
import { json, type RequestHandler, type Response, Router, urlencoded } from 'express';
import type { Sessions } from '../access/sessions.js';
import { isSecret, type SignInLinks } from '../access/sign-in-links.js';
import type { HubRequest } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { FatalError } from '../errors.js';
import { sendJson } from '../http/answer.js';
import { sessionsIn, setSession } from './cookie.js';
import { pagePolicy } from './policy.js';
import type { PublicAddress } from './public-address.js';
import { signInFiles, signInPage } from './sign-in-page.js';

export interface SignInParts {
  links: Pick<SignInLinks, 'look' | 'take'>;
  sessions: Pick<Sessions, 'open' | 'end' | 'verify'>;
  address: PublicAddress;
  agents(): readonly Agent[];
}

const body = [json({ limit: 2000 }), urlencoded({ limit: 2000, extended: false })];

/** For everybody. */
export function signInRoutes({ links, sessions, address, agents }: SignInParts): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/console/sign-in', async (req, res) => {
    const { code } = req.query;
    if (typeof code !== 'string' || !isSecret(code)) return sendPage(res, signInPage(null));
    const whom = await links.look(code);
    const agent = whom?.kind === 'person' ? agents().find(({ id }) => id === whom.agentId) : undefined;
    sendPage(res, signInPage({ code, whom, agentName: agent?.character.name }));
  });
  for (const [name, { type, text }] of Object.entries(signInFiles))
    router.get(`/console/${name}`, (_req, res) => {
      res.setHeader('Cache-Control', 'no-cache');
      res.type(type).send(text);
    });
  router.post('/console/sign-in', ...body, async (req, res) => {
    requireOwnPage(address, req as unknown as HubRequest);
    const { code } = (req.body ?? {}) as { code?: unknown };
    const whom = typeof code === 'string' ? await links.take(code) : null;
    if (!whom)
      throw new FatalError(
        'token_invalid',
        'This link is not good any more: it is for one browser, and for ten minutes. Ask for another one.',
        { field: 'code' },
      );
    // Whoever this browser was before cannot be signed out by it any more.
    for (const before of sessionsIn(req)) {
      const holder = await sessions.verify(before);
      if (holder?.id) await sessions.end(holder.id);
    }
    const { secret, until } = await sessions.open(whom, req.get('user-agent') ?? '');
    const seconds = Math.max(1, Math.floor((until - Date.now()) / 1000));
    setSession(res, secret, seconds, { path: address.path, secure: address.isSecure(req) });
    res.setHeader('Cache-Control', 'no-store');
    // A form's browser goes on to the console; a script does so itself.
    if (req.is('application/x-www-form-urlencoded')) res.writeHead(303, { Location: '../' }).end();
    else sendJson(res, 200, { signedIn: true });
  });
  return router;
}

/** For whoever is signed in. */
export function signOutRoute({
  sessions,
  address,
}: Pick<SignInParts, 'sessions' | 'address'>): RequestHandler {
  return async (req, res) => {
    const { principal } = req as unknown as HubRequest;
    if (principal?.id) await sessions.end(principal.id);
    setSession(res, '', 0, { path: address.path, secure: address.isSecure(req) });
    sendJson(res, 200, { signedIn: false });
  };
}

/** @throws FatalError `permission_denied`: another site must neither sign somebody in as somebody else, nor act for them. */
export function requireOwnPage(address: PublicAddress, req: HubRequest): void {
  if (address.isOwn(req)) return;
  throw new FatalError(
    'permission_denied',
    'This did not come from a page of this hub. Behind a proxy, set CARRIER_PUBLIC_URL to the address in the browser, or name the proxy in CARRIER_TRUSTED_PROXIES.',
  );
}

function sendPage(res: Response, html: string): void {
  res.setHeader('Content-Security-Policy', pagePolicy('csp'));
  res.setHeader('Cache-Control', 'no-store');
  res.type('html').send(html);
}
