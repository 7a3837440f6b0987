import { z } from 'zod';
import { isTokenId } from '../access/issued-token.js';
import { permissions } from '../access/permissions.js';
import { grantsOfToken, type Principal } from '../access/principal.js';
import { isAtLeast, roleFor, roles } from '../access/role.js';
import { boundedBy } from '../access/token-bounds.js';
import type { ListedToken } from '../access/tokens.js';
import { isConsoleUser } from '../core/console-user.js';
import { length } from '../core/length.js';
import { FatalError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { tooMuch } from './holding.js';
import { defineOperation } from './operation.js';
import { instant } from './shapes.js';

const ShownToken = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  tenant: z.string(),
  scopes: z.array(z.string()).readonly().optional(),
  agents: z.array(z.string()).readonly().optional(),
  user: z.string().optional(),
  origins: z.array(z.string()).readonly().optional(),
  ratePerMinute: z.number().optional(),
  expiresAt: instant.optional(),
  createdAt: instant,
  madeBy: z.string().optional(),
  bootstrap: z.boolean().optional(),
});

/** Ids stand in logs and on terminals. */
const plainId = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must not have control characters or broken Unicode');

const Name = plainId
  .max(100)
  .regex(
    /^(?!tok_)(?! ).*(?<! )$/,
    'must not begin with "tok_", as ids do, and not begin or end with a space',
  );

const Origin = z
  .string()
  .max(300)
  .refine(isOrigin, 'must be an origin such as "https://app.example.com": no path, no "*", no usual port');

const list = <T extends z.ZodType>(of: T, most: number) => z.array(of).min(1).max(most).optional();

export const listTokens = defineOperation({
  name: 'tokens.list',
  about: 'the tokens that may call the hub, never the secrets themselves',
  permission: 'tokens.read',
  reads: true,
  input: z.strictObject({}),
  concerns: () => ({}),
  partly: true,
  output: z.object({ tokens: z.array(ShownToken) }),
  run: async (_input, { tokens, sees }) => ({
    tokens: (await tokens.list()).filter((token) => levelsOf(token).every(sees)),
  }),
});

export const issueToken = defineOperation({
  name: 'tokens.issue',
  about: 'make a token that may do what its maker may, or less; it is shown this once',
  permission: 'tokens.issue',
  input: z.strictObject({
    name: Name,
    role: z.enum(roles).default('member'),
    scopes: list(z.string().max(100), 200),
    agents: list(plainId, 200),
    tenant: plainId.optional(),
    user: plainId
      .refine((user) => !isConsoleUser(user), 'is how people are called who sign in to the console')
      .optional(),
    origins: list(Origin, 50),
    ratePerMinute: z.coerce.number().int().min(1).max(1_000_000).optional(),
    expiresIn: length.optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  }),
  concerns: () => ({}),
  partly: true,
  audit: ({ name, role, tenant, user, agents, scopes }) => ({
    ...{ name, role },
    ...Object.fromEntries(
      Object.entries({ tenant, user, agents, scopes }).filter(([, value]) => value !== undefined),
    ),
  }),
  example: { name: 'shop', role: 'guest', tenant: 'shop', expiresIn: '90d' },
  output: z.object({ token: z.string(), callbackSecret: z.string().nullable(), ...ShownToken.shape }),
  async run({ expiresIn, expiresAt, scopes, ...input }, { tokens, principal }) {
    const wanted = {
      ...{ ...input, scopes: scopes && expanded(scopes) },
      expiresAt: endOf({ expiresIn, expiresAt }, tokens.now),
    };
    const draft = boundedBy(principal, wanted, tokens.usualRate);
    const { text, callbackSecret, token } = await tokens.issue(draft, principal);
    return { ...token, token: text, callbackSecret };
  },
});

const unknown = { message: 'No such token. tokens.list names them.', field: 'token' };

export const revokeToken = defineOperation({
  name: 'tokens.revoke',
  about: 'withdraw a token, by its id or name: within a second no process takes it, and open streams end',
  permission: 'tokens.revoke',
  input: z.strictObject({
    token: z.string().min(1).max(512),
    /** Also those that were issued with it, and with those. */
    made: z.boolean().default(false),
  }),
  output: z.object({ ...ShownToken.partial().shape, made: z.number() }),
  concerns: () => ({}),
  partly: true,
  unknown,
  audit: (input) => input,
  async run({ token: named, made }, { tokens, sees, principal }) {
    const all = await tokens.list();
    const found = all.filter(({ id, name }) => (isTokenId(named) ? id : name) === named);
    const theirs = found.filter((token) => levelsOf(token).every(sees));
    if (theirs.length > 1)
      throw new FatalError(
        'invalid_field',
        `token: ${theirs.length} tenants have one of this name; give its id.`,
        {
          field: 'token',
        },
      );
    const [token] = theirs;
    // What a revocation that was cut off has left is revoked by the same call.
    const rest = made && !token && sees({}) ? all.filter(({ madeBy }) => madeBy === named) : [];
    if (!token && rest.length === 0)
      throw found.length > 0
        ? new FatalError('permission_denied', unknown.message)
        : new FatalError('not_found', unknown.message, { field: unknown.field });
    if (![...theirs, ...rest].every((one) => hasAsMuch(principal, one)))
      throw tooMuch('You cannot revoke a token that may do more than you.');
    return { ...token, made: await tokens.revoke(token?.id ?? named, { made }) };
  },
});

/** Which scopes they have does not matter: whoever is there to revoke tokens needs no others. */
function hasAsMuch(principal: Principal, { role, ...token }: ListedToken): boolean {
  if (principal.kind === 'system') return true;
  const grants = principal.kind === 'token' ? grantsOfToken(principal) : principal.grants;
  return levelsOf({ role, ...token }).every((level) => isAtLeast(roleFor(grants, level) ?? 'guest', role));
}

/** What it reaches: who may see that, may see the token. */
function levelsOf(token: ListedToken) {
  return grantsOfToken(token).map(({ level }) => level);
}

/** @throws FatalError `invalid_field`, naming what was probably meant. */
function expanded(scopes: string[]): string[] {
  const names = Object.keys(permissions);
  const subjects = new Set(names.map((name) => `${name.split('.')[0]}.*`));
  const found = scopes.flatMap((scope) => {
    if (Object.hasOwn(permissions, scope)) return [scope];
    if (subjects.has(scope)) return names.filter((name) => name.startsWith(scope.slice(0, -1)));
    throw new FatalError('invalid_field', `scopes: "${scope}" is no permission${suggestion(scope, names)}`, {
      field: 'scopes',
    });
  });
  return [...new Set(found)];
}

function endOf(
  { expiresIn, expiresAt }: { expiresIn?: number | undefined; expiresAt?: string | undefined },
  now: number,
): number | undefined {
  const refused = (field: string, problem: string) =>
    new FatalError('invalid_field', `${field}: ${problem}.`, { field });
  if (expiresIn === undefined && expiresAt === undefined) return undefined;
  if (expiresIn !== undefined && expiresAt !== undefined)
    throw refused('expiresAt', 'give either this or expiresIn');
  if (expiresIn !== undefined) return now + expiresIn;
  const end = Date.parse(expiresAt!);
  if (end <= now) throw refused('expiresAt', 'must be in the future');
  return end;
}

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
