/** The policy of tools: which rules there are, what they say of a call, and what an agent is offered. */
import { z } from 'zod';
import { readAccount } from '../access/account.js';
import { roleFor, roles } from '../access/role.js';
import { type Agent, agentUnknown } from '../core/character.js';
import { PolicySettings } from '../core/policy-rules.js';
import type { Requester } from '../core/requester.js';
import { FatalError } from '../errors.js';
import { nearest } from '../nearest.js';
import type { TurnContext } from '../plugin/plugin.js';
import { differenceOf } from '../tools/accepted.js';
import type { PolicyCall } from '../tools/policy/call.js';
import type { OfferedTool } from '../tools/tool.js';
import { namedIn } from './named.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id, texts } from './shapes.js';

/** Agents are the hub's own, whoever talks to them: no tenant's and no person's. */
const concerns = ({ agent }: { agent: string }) => ({ agentId: agent, tenant: 'default', userId: '' });
const unknown = { of: ({ agent }: { agent: string }) => agentUnknown(agent) };

const effect = z.enum(['deny', 'ask', 'allow']);
const Hints = z.object({
  ...{ readOnly: z.boolean(), destructive: z.boolean() },
  ...{ idempotent: z.boolean(), openWorld: z.boolean() },
});

const Terms = z.object({
  ...{ role: z.enum(roles), people: z.number(), fourEyes: z.boolean(), where: z.string() },
  hours: z.number().optional(),
});

export const showPolicy = defineOperation({
  name: 'policy.show',
  about: 'the rules and limits of tools that are in force for an agent',
  permission: 'policy.read',
  reads: true,
  input: z.strictObject({ agent: id }),
  output: z.object({
    tools: z.object({ allow: z.array(z.string()), deny: z.array(z.string()) }),
    hub: PolicySettings,
    character: PolicySettings,
  }),
  concerns,
  unknown,
  audit: ({ agent }) => ({ agentId: agent }),
  async run({ agent }, { agents, tools }) {
    const { character } = agents.get(agent);
    return { tools: character.tools, hub: tools.settings, character: character.policy };
  },
});

export const listTools = defineOperation({
  name: 'tools.list',
  about: 'the tools that an agent has, and what the policy says of a call of each without arguments',
  permission: 'policy.read',
  reads: true,
  input: z.strictObject({
    agent: id,
    role: z.enum(roles).default('member').describe('of whoever asks'),
  }),
  output: z.object({
    tools: z.array(
      z.object({
        ...texts('key', 'name', 'description', 'rule'),
        ...{ hints: Hints, effect },
        accepted: z.boolean().describe('it is as it was seen first, or accepted'),
      }),
    ),
  }),
  concerns,
  unknown,
  audit: ({ agent }) => ({ agentId: agent }),
  async run({ agent: agentId, role }, parts) {
    const agent = parts.agents.get(agentId);
    const known = await parts.tools.known(agent);
    const listed = await Promise.all(
      known.map(async (tool) => {
        const accepted = await parts.tools.isAccepted(agent, tool);
        const { effect, rule } = parts.tools.policyOf(agent).decide({
          ...{ agentId, tool, parameters: {}, requester: { role, accounts: [] } },
          place: { connector: '', tenant: '', channel: '' },
          ...{ tainted: false, asks: asks(tool, {}, agent), changed: !accepted },
        });
        const { key, name, description, hints } = tool;
        return { key, name, description, hints, effect, rule, accepted };
      }),
    );
    return { tools: listed.sort((one, other) => (one.key < other.key ? -1 : 1)) };
  },
});

const Arguments = z
  .string()
  .max(16_384)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  });

export const explainPolicy = defineOperation({
  name: 'policy.explain',
  about: 'what the policy says of a call: the rule that decides, and all others that are about it',
  permission: 'policy.read',
  reads: true,
  input: z.strictObject({
    agent: id,
    tool: id.describe('its key, such as mcp:files:delete_file'),
    person: z
      .string()
      .max(600)
      .refine((text) => readAccount(text) !== null, 'must be CONNECTOR:USER or CONNECTOR/TENANT:USER')
      .optional(),
    role: z.enum(roles).optional().describe('absent: what the person has there, or guest'),
    place: id.optional().describe("CONNECTOR/TENANT/CHANNEL; absent: the person's platform"),
    room: z.enum(['direct', 'group']).optional(),
    tainted: z
      .stringbool()
      .meta({ enum: ['true', 'false'] })
      .or(z.boolean())
      .default(false),
    arguments: Arguments.optional().describe('JSON'),
  }),
  example: { tool: 'http:open_hours', person: 'http:alice' },
  output: z.object({
    effect,
    rule: z.string().describe('the one that decides'),
    reason: z.string().optional(),
    ask: Terms.optional().describe('who decides, where it is asked for'),
    matched: z.array(z.object({ effect, ...texts('rule', 'from'), reason: z.string().optional() })),
    known: z.boolean().describe('whether the agent has such a tool'),
    meant: z.string().optional().describe('where it has none: the key that was probably meant'),
    problem: z.string().optional().describe('why the tool does not take these arguments'),
    role: z.enum(roles),
    hints: Hints,
  }),
  concerns,
  unknown,
  audit: ({ agent, tool }) => ({ agentId: agent, tool }),
  async run({ agent: agentId, tool: key, arguments: given, tainted, room, ...said }, parts) {
    const written = given ?? {};
    const agent = parts.agents.get(agentId);
    const account = said.person === undefined ? null : readAccount(said.person);
    const [connector = '', tenant = account?.tenant ?? '', ...rest] = said.place?.split('/') ?? [
      account?.connector,
    ];
    const place = { connector, tenant, channel: rest.join('/') };
    const tools = await parts.tools.known(agent);
    const known = tools.find((one) => one.key === key);
    const read = known?.read(written);
    const tool = known ?? unknownTool(key);
    const requester = await requesterOf(said, place, agent, parts);
    const call: PolicyCall = {
      ...{ agentId, tool, requester, place, tainted, parameters: written },
      direct: room && room === 'direct',
      ...(read?.ok && { taken: read.value, asks: asks(known!, read.value, agent) }),
      changed: known ? !(await parts.tools.isAccepted(agent, known)) : false,
    };
    return {
      ...parts.tools.policyOf(agent).explain(call),
      ...{ known: known !== undefined, role: requester.role, hints: tool.hints },
      ...(!known && { meant: keyMeant(key, tools) }),
      // Asked about a tool as such, nobody has said any.
      ...(given !== undefined && read?.ok === false && { problem: read.problem }),
    };
  },
});

/** By the name that models call it, or by a key like it. */
function keyMeant(said: string, tools: readonly OfferedTool[]): string | undefined {
  const named = tools.find(({ name, key }) => name === said || key.endsWith(`:${said}`));
  return (
    named?.key ??
    nearest(
      said,
      tools.map(({ key }) => key),
    )
  );
}

/** Nothing is known of it, so the worst is. */
function unknownTool(key: string): PolicyCall['tool'] {
  const at = key.lastIndexOf(':');
  const hints = { readOnly: false, destructive: true, idempotent: false, openWorld: true };
  return { key, name: key.slice(at + 1), source: at < 0 ? '' : key.slice(0, at), hints };
}

async function requesterOf(
  { person, role }: { person?: string | undefined; role?: Requester['role'] | undefined },
  place: PolicyCall['place'],
  agent: Agent,
  { people, standing }: OperationParts,
): Promise<Requester> {
  const account = person === undefined ? null : readAccount(person);
  if (!account) return { role: role ?? 'guest', accounts: [] };
  const [accounts, { grants }] = await Promise.all([
    people.accountsOf(account),
    standing.of({ account, agents: [agent] }),
  ]);
  const held = roleFor(grants, { agentId: agent.id, ...place, userId: account.userId });
  return { role: role ?? held ?? 'guest', accounts };
}

/** Without a turn: a tool that asks by what the turn is cannot tell, and so asks. */
function asks(tool: OfferedTool, value: unknown, agent: Agent): boolean {
  try {
    return tool.needsApproval?.(value, { agent } as TurnContext) ?? false;
  } catch {
    return true;
  }
}

export const acceptTool = defineOperation({
  name: 'tools.accept',
  about: 'take a tool that has changed as it is now; before, it is asked for whatever the rules say',
  permission: 'tools.accept',
  input: z.strictObject({
    key: id,
    agentId: id.optional().describe('absent: for all agents'),
    count: z.boolean().default(false).describe('only show what has changed'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{12,64}$/, 'must be at least the first 12 characters of the digest, as it is shown')
      .optional()
      .describe('of what was shown: what has changed since is not accepted'),
  }),
  example: { key: 'http:open_hours', agentId: 'assistant', count: true },
  output: z.object({
    tools: z.array(
      z.object({
        ...texts('agentId', 'key', 'digest'),
        accepted: z.boolean(),
        difference: z.array(z.string()).describe('what people accepted, and what it is now'),
      }),
    ),
  }),
  concerns: ({ agentId }) => (agentId === undefined ? {} : concerns({ agent: agentId })),
  unknown: {
    of: ({ agentId }) =>
      agentId === undefined
        ? new FatalError('permission_denied', 'You may not do this for all agents: name one.', {
            field: 'agentId',
          })
        : agentUnknown(agentId),
  },
  audit: ({ key, agentId, digest, count }) => ({ key, agentId, digest, count }),
  async run({ key, agentId, digest, count }, { agents, tools, principal }) {
    const asked = agentId === undefined ? agents.list() : [agents.get(agentId)];
    if (!count && digest === undefined)
      throw new FatalError(
        'invalid_field',
        'digest: is missing; it stands where it is shown what has changed.',
        {
          field: 'digest',
        },
      );
    const changed = await Promise.all(asked.map((agent) => tools.accepted.get(agent.id, key)));
    const { kind, name } = namedIn(principal);
    const shown = changed.flatMap((seen) => (seen?.offered ? [{ seen, offered: seen.offered }] : []));
    return {
      tools: await Promise.all(
        shown.map(async ({ seen, offered }) => {
          const wanted = !count && offered.digest.startsWith(digest ?? '');
          const accepted =
            wanted && (await tools.accepted.accept(seen.agentId, key, offered.digest, `${kind} ${name}`));
          return {
            ...{ agentId: seen.agentId, key, digest: offered.digest },
            ...{ accepted: Boolean(accepted), difference: differenceOf(seen) },
          };
        }),
      ),
    };
  },
});
