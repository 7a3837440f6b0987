/** What stands under `policy`, in carrier.config.json and in a character: which tools may be called, and how often. */
import { z } from 'zod';
import { givableRoles, roles } from '../access/role.js';

/** One text, or several of which one must do; `*` stands for any text, also none. */
const Patterns = z.union([z.string().min(1).max(512), z.array(z.string().min(1).max(512)).min(1).max(100)]);

const roleTaken = `must be one of ${roles.join(', ')}, or such a one with + or - behind it`;
const RoleSaid = z.templateLiteral([z.enum(roles), z.enum(['', '+', '-'])], roleTaken);

const plain = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]);
const several = z.array(plain).min(1).max(1000);

/** What one argument must be. All that is said counts. */
export const Constraint = z
  .strictObject({
    equals: plain.optional(),
    oneOf: several.optional(),
    noneOf: several.optional(),
    pattern: Patterns.optional().describe('of a text; `*` stands for any text'),
    least: z.number().optional().describe('of a number'),
    most: z.number().optional().describe('of a number'),
    shortest: z.number().int().min(0).optional().describe('characters of a text, entries of a list'),
    longest: z.number().int().min(0).optional().describe('characters of a text, entries of a list'),
    present: z.boolean().optional().describe('whether it is there at all'),
  })
  .refine((said) => Object.keys(said).length > 0, 'must say something of the argument');
export type Constraint = z.output<typeof Constraint>;

/** `to`, `to.address`, `files[0].path`, `files[*].path`. */
const argumentPath = /^[^.[\]]+(\[(\d+|\*)\])*(\.[^.[\]]+(\[(\d+|\*)\])*)*$/;

export const PolicyRule = z
  .strictObject({
    name: z.string().min(1).max(80).optional().describe('What people see of it when it decides.'),
    effect: z.enum(['deny', 'ask', 'allow']),
    agent: Patterns.optional().describe('Ids of agents.'),
    tool: Patterns.optional().describe('Keys of tools, such as mcp:files:delete_*.'),
    role: z
      .union([RoleSaid, z.array(RoleSaid).min(1)], roleTaken)
      .optional()
      .describe('Of whoever asks: `member` alone, `member+` and those above, `member-` and those below.'),
    person: Patterns.optional().describe(
      'Accounts of whoever asks: CONNECTOR:USER or CONNECTOR/TENANT:USER.',
    ),
    connector: Patterns.optional(),
    place: Patterns.optional().describe('CONNECTOR, CONNECTOR/TENANT or CONNECTOR/TENANT/CHANNEL.'),
    room: z.enum(['direct', 'group']).optional(),
    tainted: z.boolean().optional().describe('Whether the turn has read what is from outside.'),
    changes: z.boolean().optional().describe('Whether the tool may change something.'),
    destructive: z.boolean().optional().describe('Whether what it changes may be lost.'),
    openWorld: z.boolean().optional().describe('Whether it deals with the world outside.'),
    arguments: z
      .record(
        z.string().regex(argumentPath, 'must be a path, such as to, to.address or files[*].path'),
        Constraint,
      )
      .optional(),
    ask: z
      .strictObject({
        role: z
          .enum(givableRoles)
          .optional()
          .describe('The least role of whoever decides; default operator.'),
        people: z.number().int().min(1).max(20).optional().describe('How many must approve; default 1.'),
        fourEyes: z.boolean().optional().describe('Whoever asks decides nothing, from no account.'),
        where: z.enum(['room', 'operators', 'both']).optional().describe('Where the card is; default room.'),
        hours: z.number().min(0.01).max(8784).optional().describe('Until it expires.'),
      })
      .optional(),
    reason: z.string().min(1).max(500).optional().describe('Told to people and to the model.'),
  })
  .refine(({ effect, ask }) => !ask || effect === 'ask', {
    error: 'goes with the effect "ask" alone',
    path: ['ask'],
  });
export type PolicyRule = z.output<typeof PolicyRule>;

const count = z.number().int().min(0).max(1_000_000);

export const PolicyLimit = z
  .strictObject({
    name: z.string().min(1).max(80).optional(),
    agent: Patterns.optional(),
    tool: Patterns.optional().describe('Together they have this limit; absent: all tools.'),
    of: z
      .enum(['person', 'agent', 'hub'])
      .optional()
      .describe('Whose calls are counted together; default agent.'),
    perTurn: count.optional(),
    perMinute: count.optional(),
    perDay: count.optional(),
    atOnce: z.number().int().min(1).max(1000).optional().describe('In each process; the others wait.'),
    timeoutSeconds: z.number().min(0.1).max(3600).optional().describe("In the place of the tool's own."),
  })
  .refine(
    ({ perTurn, perMinute, perDay, atOnce, timeoutSeconds }) =>
      [perTurn, perMinute, perDay, atOnce, timeoutSeconds].some((said) => said !== undefined),
    'must limit something: perTurn, perMinute, perDay, atOnce or timeoutSeconds',
  );
export type PolicyLimit = z.output<typeof PolicyLimit>;

/** As it stands in both places. */
export const PolicySettings = z.strictObject({
  rules: z
    .array(PolicyRule)
    .max(500)
    .default([])
    .describe('All that match count, and the most severe effect wins: deny, then ask, then allow.'),
  limits: z.array(PolicyLimit).max(200).default([]),
});
export type PolicySettings = z.output<typeof PolicySettings>;
