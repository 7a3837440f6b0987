/** The console: pages for people who run the hub, and for people who talk with its agents. */
import { json, Router } from 'express';
import type { Sessions } from '../access/sessions.js';
import type { SignInLinks } from '../access/sign-in-links.js';
import { FatalError } from '../errors.js';
import type { ConsoleFace } from '../http/console-face.js';
import { refuseMethod } from '../http/method.js';
import type { Logger } from '../logger.js';
import { sessionsIn } from './cookie.js';
import { type LiveParts, liveStreams } from './live.js';
import { type MeParts, me } from './me.js';
import { pageRoutes } from './pages.js';
import { policyReports } from './policy.js';
import { PublicAddress } from './public-address.js';
import { requireOwnPage, signInRoutes, signOutRoute } from './sign-in.js';

export interface ConsoleParts extends MeParts, LiveParts {
  sessions: Sessions;
  links: SignInLinks;
  /** CARRIER_PUBLIC_URL. */
  publicUrl: string | undefined;
  log: Pick<Logger, 'warn'>;
}

export function consoleOn({ sessions, links, publicUrl, log, ...parts }: ConsoleParts): ConsoleFace {
  const address = new PublicAddress(publicUrl);
  const open = Router({ caseSensitive: true });
  open.get(/^\/console\/?$/, (req, res) => res.redirect(302, req.path.endsWith('/') ? '../' : './'));
  open.use(pageRoutes());
  open.use(signInRoutes({ links, sessions, address, agents: parts.agents }));
  const reports = json({ limit: 16_384, type: ['application/csp-report', 'application/json'] });
  open.post('/console/csp', reports, policyReports(log));
  const signed = Router({ caseSensitive: true });
  signed.route('/console/me').get(me(parts)).all(refuseMethod('GET, HEAD'));
  const live = liveStreams(parts);
  signed.route('/console/live').head(refuseMethod('GET')).get(live.handler).all(refuseMethod('GET'));
  signed.route('/console/sign-out').post(signOutRoute({ sessions, address })).all(refuseMethod('POST'));
  return {
    ...{ base: address.strip, open, signed },
    async holderOf(req) {
      const secrets = sessionsIn(req);
      if (secrets.length === 0) return null;
      let holder: Awaited<ReturnType<Sessions['verify']>> = null;
      for (const secret of secrets) holder ??= await sessions.verify(secret);
      if (!holder)
        throw new FatalError('token_invalid', 'You are not signed in any more. Ask for another link.');
      if (req.method !== 'GET' && req.method !== 'HEAD') requireOwnPage(address, req);
      return holder;
    },
    end: live.end,
  };
}
