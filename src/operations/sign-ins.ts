/** Signing in to the console: links, and browsers that are signed in. */
import { z } from 'zod';
import { writtenAccount } from '../access/account.js';
import type { Principal } from '../access/principal.js';
import type { SignedIn } from '../access/sign-in-links.js';
import { isSession } from '../core/console-user.js';
import { FatalError } from '../errors.js';
import { doesSpeak, isOwnOf } from './accounts.js';
import { AccountInput } from './as-written.js';
import { defineOperation } from './operation.js';
import { id, instant } from './shapes.js';

const Link = z.object({
  /** Opens the page that signs in; good once. */
  url: z.string(),
  expiresAt: instant,
  /** Only browsers on the hub's own machine can open it: CARRIER_PUBLIC_URL is not set. */
  onlyHere: z.boolean(),
});

export const consoleLink = defineOperation({
  name: 'console.link',
  about: 'a link that signs a browser in to the console as the owner of the hub: good once, for ten minutes',
  permission: 'console.link',
  input: z.strictObject({}),
  output: Link,
  async run(_input, { signInLinks, principal }) {
    if (!isHubs(principal))
      throw new FatalError(
        'permission_denied',
        "Only the hub's own admin token makes such a link: whoever signs in by it may do everything.",
      );
    return signInLinks.make({ kind: 'owner' });
  },
});

/** Whoever has the hub already; of issued tokens, none is as much as that. */
function isHubs(principal: Principal): boolean {
  if (principal.kind === 'system') return true;
  if (principal.kind !== 'token') return false;
  return principal.bootstrap === true || (isSession(principal.id) && principal.grants === undefined);
}

export const ownConsoleLink = defineOperation({
  name: 'console.linkOwn',
  about: 'a link that signs a browser in to the console as whoever asks; in a chat alone',
  permission: 'console.linkOwn',
  input: z.strictObject({ account: AccountInput, agentId: id, name: z.string().max(200).optional() }),
  output: Link,
  concerns: ({ account, agentId }) => ({ ...account, agentId }),
  audit: ({ account, agentId }) => ({ ...account, agentId }),
  async run({ account, agentId, name }, parts) {
    const { principal, sharedBy, signInLinks } = parts;
    if (!isOwnOf(principal, account, parts))
      throw new FatalError('not_allowed', 'Only whoever has the account can ask for that, in a chat.');
    if (!doesSpeak(principal) || principal.via)
      throw new FatalError(
        'link_refused',
        'Behind the API nobody knows for sure who you are: write /console to me on a platform.',
      );
    const why = sharedBy(account);
    if (why !== null) throw new FatalError('link_refused', `This account cannot sign in: ${why}.`);
    return signInLinks.make({ kind: 'person', account, agentId, ...(name && { name }) });
  },
});

export const listSessions = defineOperation({
  name: 'console.sessions',
  about: 'the browsers that are signed in to the console',
  permission: 'console.sessions',
  reads: true,
  input: z.strictObject({}),
  output: z.object({
    sessions: z.array(
      z.object({
        id: z.string(),
        /** The account they came from; null: the owner of the hub, by a link of the admin token. */
        account: z.string().nullable(),
        since: instant,
        usedAt: instant,
        expiresAt: instant,
        userAgent: z.string(),
      }),
    ),
  }),
  async run(_input, { sessions }) {
    return {
      sessions: (await sessions.list()).map(({ whom, until, ...session }) => ({
        ...{ ...session, account: accountOf(whom), expiresAt: until },
      })),
    };
  },
});

export const endSession = defineOperation({
  name: 'console.endSession',
  about: 'sign a browser out of the console: within a second nothing of it is served, and its streams end',
  permission: 'console.sessions',
  input: z.strictObject({ session: z.string().min(1).max(100) }),
  output: z.object({ id: z.string() }),
  audit: (input) => input,
  async run({ session }, { sessions }) {
    if (await sessions.end(session)) return { id: session };
    throw new FatalError('not_found', 'No such session. console.sessions names them.', { field: 'session' });
  },
});

function accountOf(whom: SignedIn): string | null {
  return whom.kind === 'person' ? writtenAccount(whom.account) : null;
}
